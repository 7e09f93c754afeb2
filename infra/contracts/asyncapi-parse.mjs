// Print the findings of the official AsyncAPI parser, as JSON:
// node asyncapi-parse.mjs <tools> <document>
import { createRequire } from 'node:module';

const [tools, document] = process.argv.slice(2);
const { Parser, fromFile } = createRequire(`${tools}/package.json`)('@asyncapi/parser');
const { document: parsed, diagnostics } = await fromFile(new Parser(), document).parse();
const problems = diagnostics.map(({ severity, message, path, code }) => ({
  severity,
  text: `${path.join('.')}: ${message} (${code})`,
}));
console.log(JSON.stringify({ parsed: parsed !== undefined, problems }));
