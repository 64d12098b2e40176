/**
 * What a store can do, with every key that clients expect.
 * Above: the stores. Below: nothing.
 * Specification: `Capability` of jumpstarter_driver_opendal.common, with the values of OpenDAL 0.45.
 */

import type { JsonObject } from "../base/json.ts";

const COMMON = {
  stat: true,
  stat_with_if_match: false,
  stat_with_if_none_match: false,
  read: true,
  read_with_if_match: false,
  read_with_if_none_match: false,
  read_with_override_cache_control: false,
  read_with_override_content_disposition: false,
  read_with_override_content_type: false,
  write: true,
  write_can_multi: false,
  write_can_empty: true,
  write_can_append: false,
  write_with_content_type: false,
  write_with_content_disposition: false,
  write_with_cache_control: false,
  write_multi_max_size: null,
  write_multi_min_size: null,
  write_total_max_size: null,
  create_dir: true,
  delete: true,
  copy: false,
  rename: false,
  list: true,
  list_with_limit: false,
  list_with_start_after: false,
  list_with_recursive: false,
  presign: false,
  presign_read: false,
  presign_stat: false,
  presign_write: false,
  shared: false,
  blocking: true,
} satisfies JsonObject;

export const FS_CAPABILITY: JsonObject = {
  ...COMMON,
  write_can_multi: true,
  write_can_append: true,
  copy: true,
  rename: true,
  shared: true,
};

export const MEMORY_CAPABILITY: JsonObject = { ...COMMON, list_with_recursive: true };
