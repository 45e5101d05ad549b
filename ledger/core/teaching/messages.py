"""Refusal codes of teaching records, each with the place in the statement."""

from __future__ import annotations

from ledger.errors import register

register(
    {
        "teaching-version": (
            "陈述声称遵循教学规范，但没有写明已知的版本：“{found}”；应为 {expected}。",
            "The statement claims the teaching profile but names no known version of it: "
            "“{found}”, expected {expected}.",
        ),
        "teaching-no-template": (
            "陈述声称遵循教学规范，但其动词“{verb}”与对象类型“{object_type}”不属于任何模板。",
            "The statement claims the teaching profile, but no template has the verb “{verb}” "
            "with an object of type “{object_type}”.",
        ),
        "teaching-claim": (
            "“{template}”属于扩展规范，陈述的 category 须有其版本 {expected}，现为“{found}”。",
            "“{template}” is of an extension of the profile: the statement has to name its version "
            "{expected} among its categories, and names “{found}”.",
        ),
        "teaching-template": (
            "“{pointer}”不符合模板“{template}”的规则 {location}：{expected}。",
            "“{pointer}” breaks the rule {location} of the template “{template}”: {expected}.",
        ),
        "teaching-envelope": (
            "教学记录的信封格式不对：“{pointer}”应为 {expected}。",
            "The envelope of a teaching record is not well-formed: “{pointer}” has to be "
            "{expected}.",
        ),
        "teaching-size": (
            "教学流中的陈述最多 {limit} 字节（规范 JSON），此条为 {size} 字节。",
            "A statement in the stream teaching has at most {limit} bytes of canonical JSON; this "
            "one has {size}.",
        ),
        "teaching-value": (
            "“{pointer}”的值不对，应为 {expected}（模板“{template}”）。",
            "“{pointer}” has a wrong value, expected {expected} (template “{template}”).",
        ),
        "teaching-extension": (
            "“{pointer}”是教学规范的扩展，但不能用在这里（模板“{template}”）。",
            "“{pointer}” is an extension of the teaching profile that has no place here "
            "(template “{template}”).",
        ),
        "teaching-anonymity": (
            "评教人数不足 {least} 人，为防止推断个人，不予记录（“{pointer}”共 {found} 人）。",
            "Fewer than {least} raters could be told apart, so the ratings are not taken "
            "(“{pointer}” counts {found}).",
        ),
        "profile-format": (
            "扩展规范的“{pointer}”不对，应为 {expected}。",
            "The extension profile is wrong at “{pointer}”: expected {expected}.",
        ),
        "profile-clash": (
            "扩展规范的“{pointer}”：“{name}”已为 {owner} 所用。",
            "The extension profile at “{pointer}”: “{name}” is taken already by {owner}.",
        ),
        "profile-successor": (
            "扩展规范的新版须包含旧版的一切，只可增加；不符之处：{part}。",
            "A new version of an extension profile keeps all that the old one has and only adds "
            "to it; it does not at {part}.",
        ),
    }
)
