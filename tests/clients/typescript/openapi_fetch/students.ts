// The resource of the default project.

import { facts } from "../connection";
import { check, equal, expect, same } from "../scenario";
import type { Resource } from "../scenario";
import { client } from "./client";
import type { components, operations } from "./schema";

type Student = components["schemas"]["Student"];
type StudentRequest = components["schemas"]["StudentRequest"];

same<Student["id"], number>(true);
same<operations["students_retrieve"]["parameters"]["path"]["id"], number>(true);
same<keyof Student, "id" | "name" | "roll" | "city" | "created_at" | "updated_at">(true);
// Each property of a response is present.
same<Student, Required<Student>>(true);
same<StudentRequest, { name: string; roll: number; city: string }>(true);
same<components["schemas"]["PatchedStudentRequest"], Partial<StudentRequest>>(true);

const city = facts.address;

export const students: Resource<Student> = {
  list: (page) => {
    const query = { page, page_size: 2, city, ordering: "id" };
    return client.GET("/api/students/", { params: { query } });
  },
  async create(n) {
    const body: StudentRequest = { name: `Ada ${n}`, roll: n, city };
    const { data } = await client.POST("/api/students/", { body });
    equal(data, { ...data, ...body });
    return data;
  },
  retrieve: (id) => client.GET("/api/students/{id}/", { params: { path: { id } } }),
  async change({ id, created_at }) {
    const params = { path: { id } };
    const body = { name: "Grace", roll: 7, city: "Arlington" };
    const put = expect(await client.PUT("/api/students/{id}/", { params, body }), 200);
    equal(put, { ...put, id, ...body, created_at });
    const patched = await client.PATCH("/api/students/{id}/", { params, body: { roll: 8 } });
    const { updated_at } = expect(patched, 200);
    equal(patched.data, { ...put, roll: 8, updated_at });
  },
  destroy: (id) => client.DELETE("/api/students/{id}/", { params: { path: { id } } }),
  async findInvalid() {
    const body = { name: "", roll: 1, city };
    const { error } = await client.POST("/api/students/", { body });
    check(error && "error_codes" in error);
    same<typeof error.roll, string[] | undefined>(true);
    equal(error.roll, undefined);
    return { messages: error.name, codes: error.error_codes.name };
  },
  invalidCode: "blank",
};
