"""The Learning Record Store at `/xapi`: the Experience API 1.0.3 and 2.0 over HTTP.

Every request passes the same stations, in this order (`app.py`): body limit, alternate request
syntax, version, authentication, scope, query parameters; then its handler in a thread, and last
the headers that every answer carries.
"""
