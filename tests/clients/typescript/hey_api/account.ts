// The client of @hey-api/openapi-ts, with the account, which all projects have.

import { facts, kept, send } from "../connection";
import type { Account } from "../scenario";
import { usersMePartialUpdate, usersMeRetrieve } from "./client";
import { client } from "./client/client.gen";

client.setConfig({
  baseUrl: facts.url,
  fetch: send,
  auth: ({ scheme }) => (scheme === "bearer" ? kept.access : undefined),
});

export const account: Account = {
  retrieve: () => usersMeRetrieve(),
  rename: (first_name) => usersMePartialUpdate({ body: { first_name } }),
};
