// Answers `--version` and `--standard-json` as the solc binary does. Reads no source files: the
// caller puts every imported source into the input, so what was compiled is what was handed in.
'use strict'
const fs = require('node:fs')
const solc = require('solc')

const options = process.argv.slice(2)
if (options.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`)
} else if (options.includes('--standard-json')) {
  process.stdout.write(solc.compile(fs.readFileSync(0, 'utf8')) + '\n')
} else {
  process.stderr.write('solc-wrapper: only --version and --standard-json\n')
  process.exitCode = 64
}
