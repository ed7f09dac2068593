/** Invokes functions over HTTP as a client that keeps its connections does. */
import { Agent, request } from "node:http";

/** A client with one connection. */
export function connect() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    /** The answer's text; a status other than 200, or an error of the function, is an error. */
    post: (url, text) =>
      new Promise((resolve, reject) => {
        const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
        const sent = request(url, { agent, method: "POST", headers }, (response) => {
          let answer = "";
          response.setEncoding("utf8");
          response.on("data", (chunk) => (answer += chunk));
          response.on("end", () => {
            if (response.statusCode === 200 && response.headers["x-amz-function-error"] === undefined)
              resolve(answer);
            else reject(new Error(`${url} answered ${response.statusCode}: ${answer}`));
          });
        });
        sent.on("error", reject);
        sent.end(text);
      }),
    close: () => agent.destroy(),
  };
}

/** Milliseconds of each of `count` invocations, one after the other. */
export async function timeEach(client, url, count) {
  const times = [];
  for (let index = 0; index < count; index += 1) {
    const text = JSON.stringify({ index });
    const began = performance.now();
    const answer = await client.post(url, text);
    times.push(performance.now() - began);
    if (JSON.parse(answer).echo?.index !== index) throw new Error(`${url} answered ${answer} to ${text}`);
  }
  return times;
}

/** Milliseconds of `count` invocations by so many clients, and how many answers were lost or somebody else's. */
export async function timeCrowd(url, clients, count) {
  let next = 0;
  let lost = 0;
  let crossed = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = connect();
      for (let index = next++; index < count; index = next++) {
        try {
          const answer = JSON.parse(await client.post(url, JSON.stringify({ index })));
          if (answer.echo?.index !== index) crossed += 1;
        } catch {
          lost += 1;
        }
      }
      client.close();
    }),
  );
  return { milliseconds: performance.now() - began, lost, crossed };
}

/** Milliseconds until an answer satisfies `isNew`. */
export async function timeUntil(client, url, isNew) {
  const began = performance.now();
  while (!isNew(await client.post(url, "{}"))) {
    if (performance.now() - began > 30_000) throw new Error(`${url} kept its old answer for 30 seconds`);
  }
  return performance.now() - began;
}
