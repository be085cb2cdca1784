// Uses the API with axios and axios-auth-refresh: axios.mjs API FLOW PASSWORD
// Prints a line of JSON after each step, and waits for a line before the next one.

import { createInterface } from "node:readline/promises";
import axios from "axios";
import { createAuthRefresh } from "axios-auth-refresh";

const [api, flow, password] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin });
const client = axios.create({ baseURL: api });
let access, refresh, cookie;
let refreshes = 0;

function keep(response) {
  // Node.js has no cookies: a browser would do this.
  cookie = response.headers["set-cookie"]?.[0].split(";")[0] ?? cookie;
  access = response.data.access ?? response.data.token;
  refresh = response.data.refresh ?? response.data.token;
}

// Requests for tokens, which must not be sent again after a 401.
function post(path) {
  if (flow === "cookie") {
    const headers = { "X-Requested-With": "axios", Cookie: cookie };
    return axios.post(`${api}${path}`, undefined, { headers });
  }
  return axios.post(`${api}${path}`, flow === "sliding" ? { token: refresh } : { refresh });
}

client.interceptors.request.use((config) => {
  config.headers.Authorization = `Bearer ${access}`;
  return config;
});

// By default, axios-auth-refresh rejects requests that get their 401 during the refresh.
const options = { deduplicateRefresh: false };
createAuthRefresh(
  client,
  async ({ config }) => {
    if (config.headers.Authorization !== `Bearer ${access}`) return;
    refreshes += 1;
    keep(await post("token/refresh/"));
  },
  options,
);

async function load() {
  const paths = ["users/me/", "students/", "students/"];
  const responses = await Promise.all(paths.map((path) => client.get(path)));
  return { user: responses[0].data.username, refreshes };
}

const steps = [
  async () => {
    keep(await axios.post(`${api}token/`, { username: "admin", password }));
    return load();
  },
  load,
  async () => {
    const { status } = await post("token/blacklist/");
    const error = await client.get("users/me/").catch((reason) => reason);
    return { status, after: error.response.status };
  },
];
const input = lines[Symbol.asyncIterator]();
for (const step of steps) {
  await input.next();
  console.log(JSON.stringify(await step()));
}
lines.close();
