// The account, below the default prefix.

import type { Account } from "../scenario";
import { client } from "./client";

export const account: Account = {
  retrieve: () => client.GET("/api/users/me/"),
  rename: (first_name) => client.PATCH("/api/users/me/", { body: { first_name } }),
};
