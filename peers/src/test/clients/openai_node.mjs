// Asks each cell through openai-node as its users do, with default settings: the raw stream, or the
// answer that its helper makes of it.
//
// One JSON line in is a cell, one JSON line out is what its caller got:
//   {cell, base_url, body}  ->  {cell, hung, choices: [{text, calls, finish}], error, ms}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [atOnce, secondsMax, folder, way] = process.argv.slice(2);
// The client is installed in a folder of its own, not above this file.
const require = createRequire(path.join(folder, 'package.json'));
const { default: OpenAI } = await import(pathToFileURL(require.resolve('openai')).href);
const { version } = JSON.parse(readFileSync(path.join(folder, 'node_modules/openai/package.json')));

const clients = new Map();

function client(baseURL) {
  if (!clients.has(baseURL)) {
    clients.set(baseURL, new OpenAI({ baseURL, apiKey: 'unused' }));
  }
  return clients.get(baseURL);
}

function choice(choices, index) {
  return (choices[index] ??= { text: '', calls: [], finish: null });
}

function add(choices, chunk) {
  for (const part of chunk.choices) {
    const into = choice(choices, part.index);
    into.text += part.delta.content ?? '';
    for (const piece of part.delta.tool_calls ?? []) {
      const call = (into.calls[piece.index] ??= { name: '', arguments: '' });
      call.name += piece.function.name ?? '';
      call.arguments += piece.function.arguments ?? '';
    }
    into.finish = part.finish_reason ?? into.finish;
  }
}

function replaceBy(choices, answer) {
  choices.length = 0;
  for (const part of answer.choices) {
    const into = choice(choices, part.index);
    into.text = part.message.content ?? '';
    into.calls = (part.message.tool_calls ?? []).map(({ function: { name, arguments: text } }) => ({
      name,
      arguments: text,
    }));
    into.finish = part.finish_reason;
  }
}

async function askHelper(cell, choices) {
  const { stream: _, ...body } = cell.body;
  const stream = client(cell.base_url).chat.completions.stream(body);
  stream.on('chunk', (chunk) => add(choices, chunk));
  replaceBy(choices, await stream.finalChatCompletion());
}

async function ask(cell, choices) {
  if (way === 'helper') {
    await askHelper(cell, choices);
    return;
  }
  const answer = await client(cell.base_url).chat.completions.create(cell.body);
  if (cell.body.stream) {
    for await (const chunk of answer) {
      add(choices, chunk);
    }
    return;
  }
  replaceBy(choices, answer);
}

async function run(cell) {
  const begun = Date.now();
  const choices = [];
  let error = null;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(true), Number(secondsMax) * 1000);
  });
  const done = ask(cell, choices).then(
    () => false,
    (e) => {
      error = {
        class: e.constructor.name,
        message: [e.message, e.cause?.message, e.cause?.code].filter(Boolean).join('; '),
        status: e.status ?? null,
        code: e.code ?? null,
      };
      return false;
    },
  );
  const hung = await Promise.race([done, late]);
  clearTimeout(timer);
  process.stdout.write(
    `${JSON.stringify({ cell: cell.cell, hung, choices, error, ms: Date.now() - begun })}\n`,
  );
}

process.stderr.write(`openai-node ${version} (${way}) on Node ${process.versions.node}\n`);
const cells = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) {
    cells.push(JSON.parse(line));
  }
}
let next = 0;
const worker = async () => {
  while (next < cells.length) {
    await run(cells[next++]);
  }
};
await Promise.all(Array.from({ length: Number(atOnce) }, worker));
// A cell that hangs would keep the process from ending.
process.stdout.write('', () => process.exit(0));
