// What every client does: it logs in, uses a resource and the account, and logs out. The clients of
// both generators return the same kind of result.

import { facts, kept } from "./connection";

export interface Refusal {
  detail: string;
  code: string;
}

export interface Result<Data, Failure> {
  data?: Data | undefined;
  error?: Failure | undefined;
  response: Response;
}

export interface Row {
  id: number;
}

export interface Page {
  count: number;
  next: string | null;
  results: Row[];
}

// Of the errors of one field.
export interface Problem {
  messages: string[] | undefined;
  codes: string[] | undefined;
}

export interface Tokens {
  // Both keep the new tokens for all further requests.
  logIn(login: string, password: string): Promise<Result<object, unknown>>;
  refresh(): Promise<Result<object, Refusal | object>>;
  verify(token: string): Promise<Result<object, Refusal | object>>;
  // Of an empty login.
  findBlankLogin(): Promise<Problem>;
  logOut?(): Promise<Result<object, Refusal | object>>;
}

export interface Resource<Item extends Row> {
  // A page of two.
  list(page: number): Promise<Result<Page, Refusal | object>>;
  create(n: number): Promise<Item | undefined>;
  retrieve(id: number): Promise<Result<Item, Refusal>>;
  // Replaces the object, and updates one of its fields.
  change(item: Item): Promise<void>;
  destroy(id: number): Promise<Result<unknown, Refusal>>;
  // Sends an invalid value of a field.
  findInvalid(): Promise<Problem>;
  invalidCode: string;
}

export interface Account {
  retrieve(): Promise<Result<{ id: number; first_name: string }, Refusal>>;
  rename(name: string): Promise<Result<{ first_name: string }, Refusal | object>>;
}

// Fails to compile unless two types are the same.
export type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
export function same<A, B>(_: Same<A, B>): void {}

export function check(condition: unknown, message = ""): asserts condition {
  if (!condition) throw new Error(message || "a check failed");
}

export function equal(found: unknown, expected: unknown, message = ""): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  check(a === b, `${a} is not ${b} ${message}`);
}

export function expect<Data>(result: Result<Data, unknown>, status: number): Data {
  equal(result.response.status, status, JSON.stringify(result.error));
  check(result.data !== undefined);
  return result.data;
}

export function expectRefusal(
  result: Result<unknown, unknown>,
  status: number,
  code?: string,
): void {
  equal(result.response.status, status);
  const error = result.error as Partial<Refusal> | undefined;
  check(error?.detail);
  if (code !== undefined) equal(error.code, code);
}

export async function run<Item extends Row>(
  tokens: Tokens,
  account: Account,
  resource: Resource<Item>,
  useMore?: () => Promise<void>,
): Promise<void> {
  await useTokens(tokens, account);
  await useAccount(account);
  await useResource(resource);
  await useMore?.();
  if (tokens.logOut) {
    equal(expect(await tokens.logOut(), 200), {});
    expectRefusal(await tokens.refresh(), 401);
  }
  await exceedLimit(tokens);
}

async function useTokens(tokens: Tokens, account: Account): Promise<void> {
  expectRefusal(await tokens.verify("a.b.c"), 401, "token_not_valid");
  expectRefusal(await tokens.logIn(facts.login, "wrong"), 401, "no_active_account");
  expectRefusal(await account.retrieve(), 401, "not_authenticated");
  const blank = await tokens.findBlankLogin();
  equal(blank.codes, ["blank"]);
  equal(blank.messages?.length, 1);

  expect(await tokens.logIn(facts.login, facts.password), 200);
  expect(await tokens.refresh(), 200);
  equal(expect(await tokens.verify(kept.access), 200), {});
}

async function useAccount(account: Account): Promise<void> {
  const me = expect(await account.retrieve(), 200);
  equal(typeof me.id, "number");
  const renamed = expect(await account.rename("Ada"), 200);
  equal(renamed.first_name, "Ada");
}

async function useResource<Item extends Row>(resource: Resource<Item>): Promise<void> {
  const created: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const item = await resource.create(n);
    check(item);
    created.push(item.id);
  }
  equal(await listAll(resource), created);

  const invalid = await resource.findInvalid();
  equal(invalid.codes, [resource.invalidCode]);
  equal(invalid.messages?.length, 1);

  const [first, ...others] = created;
  check(first);
  const item = expect(await resource.retrieve(first), 200);
  equal(item.id, first);
  await resource.change(item);
  equal((await resource.destroy(first)).response.status, 204);
  expectRefusal(await resource.retrieve(first), 404, "not_found");
  expectRefusal(await resource.destroy(first), 404, "not_found");
  for (const id of others) equal((await resource.destroy(id)).response.status, 204);
}

// Returns the ids of all pages.
async function listAll<Item extends Row>(resource: Resource<Item>): Promise<number[]> {
  const found: number[] = [];
  for (let number = 1; ; number += 1) {
    const page = expect(await resource.list(number), 200);
    check(page.results.length <= 2);
    found.push(...page.results.map((row) => row.id));
    if (page.next === null) {
      equal(page.count, found.length);
      expectRefusal(await resource.list(number + 1), 404, "not_found");
      return found;
    }
  }
}

// Fails to log in more often than the limit of 10 in a minute allows, even of two minutes.
async function exceedLimit(tokens: Tokens): Promise<void> {
  for (let n = 0; n < 21; n += 1) {
    const result = await tokens.logIn(`not ${facts.login}`, "wrong");
    if (result.response.status === 429) {
      expectRefusal(result, 429, "throttled");
      const seconds = Number(result.response.headers.get("Retry-After"));
      check(seconds >= 1 && seconds <= 60);
      return;
    }
  }
  throw new Error("no request exceeded the limit");
}
