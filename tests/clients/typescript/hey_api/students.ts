// The resource of the default project.

import { facts } from "../connection";
import { check, equal, expect, same } from "../scenario";
import type { Resource } from "../scenario";
import {
  studentsCreate,
  studentsDestroy,
  studentsList,
  studentsPartialUpdate,
  studentsRetrieve,
  studentsUpdate,
} from "./client";
import type {
  PatchedStudentRequest,
  Student,
  StudentRequest,
  StudentsRetrieveData,
} from "./client";

same<Student["id"], number>(true);
same<StudentsRetrieveData["path"]["id"], number>(true);
same<keyof Student, "id" | "name" | "roll" | "city" | "created_at" | "updated_at">(true);
// Each property of a response is present.
same<Student, Required<Student>>(true);
same<StudentRequest, { name: string; roll: number; city: string }>(true);
same<PatchedStudentRequest, { name?: string; roll?: number; city?: string }>(true);

const city = facts.address;

export const students: Resource<Student> = {
  list: (page) => studentsList({ query: { page, page_size: 2, city, ordering: "id" } }),
  async create(n) {
    const body: StudentRequest = { name: `Ada ${n}`, roll: n, city };
    const { data } = await studentsCreate({ body });
    equal(data, { ...data, ...body });
    return data;
  },
  retrieve: (id) => studentsRetrieve({ path: { id } }),
  async change({ id, created_at }) {
    const path = { id };
    const body = { name: "Grace", roll: 7, city: "Arlington" };
    const put = expect(await studentsUpdate({ path, body }), 200);
    equal(put, { ...put, id, ...body, created_at });
    const patched = expect(await studentsPartialUpdate({ path, body: { roll: 8 } }), 200);
    equal(patched, { ...put, roll: 8, updated_at: patched.updated_at });
  },
  destroy: (id) => studentsDestroy({ path: { id } }),
  async findInvalid() {
    const { error } = await studentsCreate({ body: { name: "", roll: 1, city } });
    check(error && "error_codes" in error);
    same<typeof error.roll, string[] | undefined>(true);
    equal(error.roll, undefined);
    return { messages: error.name, codes: error.error_codes.name };
  },
  invalidCode: "blank",
};
