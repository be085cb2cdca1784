// The client of openapi-fetch.

import createClient from "openapi-fetch";

import { facts, kept, send } from "../connection";
import type { paths } from "./schema";

export const client = createClient<paths>({ baseUrl: facts.url, fetch: send });
client.use({
  onRequest({ request }) {
    const given = request.headers.has("Authorization");
    if (kept.access && !given) request.headers.set("Authorization", `Bearer ${kept.access}`);
    return request;
  },
});
