/**
 * Composite: a board made of drivers; a name with children and nothing of its own.
 * Above: the registry; the exporter's root is one too. Below: drivers/base.
 * Specification: jumpstarter_driver_composite.driver.Composite.
 */

import * as v from "valibot";
import { defineDriver } from "../base/driver.ts";
import { exportedMethods } from "../base/methods.ts";

export const definition = defineDriver({
  type: "jumpstarter_driver_composite.driver.Composite",
  summary: "A group of drivers under one name. Needs nothing.",
  about: { title: "Group", category: "composite", group: true },
  config: v.object({}),
  create: () => ({
    clientClass: "jumpstarter_driver_composite.client.CompositeClient",
    category: "composite",
    methods: exportedMethods({}),
    // Children are disposed by who built the tree.
    async [Symbol.asyncDispose]() {},
  }),
});
