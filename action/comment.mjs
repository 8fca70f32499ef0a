// Writes a report of `--format markdown` as a comment on a pull request, in the place of the one that an earlier run
// wrote. It is a program of Node, and not of curl, since whoever runs dbos has Node, and since the token would stand
// in the command line of curl, for all users of the machine to read.
// https://docs.github.com/en/rest/issues/comments
import { readFileSync } from 'node:fs';

const { GITHUB_API_URL = 'https://api.github.com', GITHUB_REPOSITORY, GITHUB_TOKEN, NUMBER } = process.env;
const body = readFileSync(process.argv[2], 'utf8');
const comments = `${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/issues`;

/** The hidden lines that name the databases: what is the same in the comment of an earlier run. */
const marker = /^(?:<!-- dbos: .* -->\n)+/.exec(body)?.[0];
if (marker === undefined) throw new Error(`${process.argv[2]} is no report of dbos`);

try {
  const earlier = await earlierComment();
  if (earlier === null) await ask(`${comments}/${NUMBER}/comments`, 'POST');
  else await ask(`${comments}/comments/${earlier}`, 'PATCH');
} catch (error) {
  // The report is in the summary of the job all the same, and drift is still to fail it.
  const why = String(error.message).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  console.log(`::warning title=The plan was not written as a comment::${why}`);
}

/** @returns its id; null where there is none */
async function earlierComment() {
  let page = `${comments}/${NUMBER}/comments?per_page=100`;
  while (page !== undefined) {
    const answer = await ask(page, 'GET');
    // GitHub gives the lines back as they were, or with a carriage return before each end.
    const found = (await answer.json()).find((comment) => comment.body?.replaceAll('\r', '').startsWith(marker));
    if (found !== undefined) return found.id;
    page = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return null;
}

async function ask(url, method) {
  const answer = await fetch(url, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${GITHUB_TOKEN}`,
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify({ body }) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (answer.ok) return answer;
  const { message = '' } = await answer.json().catch(() => ({}));
  const way = answer.status === 403 ? ' Give the job the permission pull-requests: write; a fork has none.' : '';
  throw new Error(`GitHub answers ${answer.status} ${message}.${way}`);
}
