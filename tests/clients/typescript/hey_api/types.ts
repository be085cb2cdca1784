// The project with fields of all types, and fields called like keys of an error.

import { facts } from "../connection";
import { check, equal, expect, run, same } from "../scenario";
import type { Resource } from "../scenario";
import { account } from "./account";
import {
  codesCreate,
  everythingsCreate,
  everythingsDestroy,
  everythingsList,
  everythingsPartialUpdate,
  everythingsRetrieve,
  everythingsUpdate,
} from "./client";
import type { Code, Everything, EverythingRequest } from "./client";
import { pair } from "./pair";

same<Everything["a_code"], string | null>(true);
same<Everything["an_int"], number>(true);
same<Everything["a_count"], number | null>(true);
same<Everything["a_decimal"], string>(true);
same<Everything["a_bool"], boolean>(true);
same<Everything["a_flag"], boolean | null>(true);
same<Everything["a_date"], string | null>(true);
same<Everything["a_choice"], "small" | "large">(true);
same<Everything["a_maybe"], "x" | "y" | "">(true);
same<Everything["an_id"], string | null>(true);
same<Everything["a_json"], unknown>(true);
same<Everything, Required<Everything>>(true);
same<EverythingRequest["a_choice"], "small" | "large" | undefined>(true);
same<EverythingRequest["a_flag"], boolean | null | undefined>(true);
same<keyof Code, "id" | "code" | "detail" | "created_at" | "updated_at">(true);

// With the required fields only.
function createBody(): EverythingRequest {
  return {
    a_str: facts.address,
    a_float: 0.5,
    a_decimal: "1.50",
    a_datetime: "2026-01-31T12:00:00.000005Z",
    a_time: "12:30:00",
    a_duration: "1 02:03:04",
    a_uuid: crypto.randomUUID(),
    an_email: `${crypto.randomUUID()}@example.com`,
    a_url: "https://example.com/",
    a_slug: "a-slug",
    a_json: { a: [1, null] },
  };
}

const everythings: Resource<Everything> = {
  list: (page) => {
    const query = { page, page_size: 2, a_str: facts.address, ordering: "id" };
    return everythingsList({ query });
  },
  async create() {
    const body = createBody();
    const { data } = await everythingsCreate({ body });
    const texts = { a_text: "", a_maybe: "", a_choice: "small", a_price: "1.50" };
    const nulls = { a_code: null, a_count: null, a_flag: null, a_date: null, an_id: null };
    equal(data, { ...data, ...body, ...texts, ...nulls, an_int: 5, a_bool: true, an_object: {} });
    return data;
  },
  retrieve: (id) => everythingsRetrieve({ path: { id } }),
  async change({ id }) {
    const path = { id };
    const body: EverythingRequest = {
      ...createBody(),
      a_date: "2026-02-28",
      a_flag: false,
      a_maybe: "x",
      a_choice: "large",
      a_count: 2 ** 31 - 1,
    };
    const put = expect(await everythingsUpdate({ path, body }), 200);
    equal(put, { ...put, ...body });
    const patch = { a_date: null, a_time: "13:00:00.5" };
    const patched = expect(await everythingsPartialUpdate({ path, body: patch }), 200);
    equal([patched.a_date, patched.a_time, patched.a_flag], [null, "13:00:00.500000", false]);
  },
  destroy: (id) => everythingsDestroy({ path: { id } }),
  async findInvalid() {
    const { error } = await everythingsCreate({ body: { ...createBody(), a_slug: "not a slug" } });
    check(error && "error_codes" in error);
    return { messages: error.a_slug, codes: error.error_codes.a_slug };
  },
  invalidCode: "invalid",
};

async function useCodes(): Promise<void> {
  equal(expect(await codesCreate({ body: { code: "x" } }), 201).detail, "");
  const { error } = await codesCreate({ body: { code: "xyz", detail: "y".repeat(999) } });
  check(error && "error_codes" in error);
  same<typeof error.code, string[] | undefined>(true);
  equal(error.error_codes.code, ["max_length"]);
  equal(error.error_codes.detail, ["max_length"]);
}

await run(pair, account, everythings, useCodes);
