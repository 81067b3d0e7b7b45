const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Functions, aggregates and window functions of pg_catalog that only compute: every overload is immutable or stable, and none reads
 * files or catalogs, runs a query from text, takes a lock, sets anything or assigns a transaction id (`txid_current` is stable and does).
 * Left out although harmless: what can fill the memory with one call (repeat, format, array_fill, factorial).
 */
const COMPUTING = words(`
  abs cbrt ceil ceiling degrees div exp floor gcd lcm ln log log10 min_scale mod pi pow power radians round scale sign sqrt trim_scale
  trunc width_bucket acos acosd asin asind atan atan2 atan2d atand cos cosd cot cotd sin sind tan tand sinh cosh tanh asinh acosh atanh
  ascii btrim bit_length char_length character_length chr concat concat_ws convert_from convert_to decode encode initcap left length lower
  ltrim md5 normalize is_normalized octet_length overlay position quote_ident quote_literal quote_nullable regexp_count regexp_instr
  regexp_like regexp_match regexp_replace regexp_split_to_array regexp_substr replace reverse right rtrim sha224 sha256 sha384 sha512
  similar_to_escape split_part starts_with string_to_array strpos substr substring to_hex translate unistr upper get_bit get_byte set_bit
  set_byte bit_count
  age date date_bin date_part date_trunc extract isfinite justify_days justify_hours justify_interval make_date make_interval make_time
  make_timestamp make_timestamptz now overlaps statement_timestamp timezone to_char to_date to_number to_timestamp transaction_timestamp
  array_append array_cat array_dims array_length array_lower array_ndims array_position array_positions array_prepend array_remove
  array_replace array_to_string array_upper cardinality trim_array
  array_to_json json_array_length json_build_array json_build_object json_extract_path json_extract_path_text json_object json_strip_nulls
  json_typeof jsonb_array_length jsonb_build_array jsonb_build_object jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object
  jsonb_path_exists jsonb_path_match jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls
  jsonb_typeof row_to_json to_json to_jsonb
  phraseto_tsquery plainto_tsquery websearch_to_tsquery to_tsquery to_tsvector setweight strip numnode querytree ts_delete ts_filter
  ts_headline ts_rank ts_rank_cd tsvector_to_array array_to_tsvector
  isempty lower_inc lower_inf upper_inc upper_inf range_merge multirange int4range int8range numrange tsrange tstzrange daterange
  abbrev broadcast family host hostmask inet_merge inet_same_family masklen netmask network set_masklen
  area center diameter height isclosed isopen npoints path radius width point circle box polygon
  num_nonnulls num_nulls pg_typeof pg_column_size
  count sum avg min max stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_avgx regr_avgy regr_count
  regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy bit_and bit_or bool_and bool_or every array_agg string_agg json_agg
  jsonb_agg json_object_agg jsonb_object_agg mode percentile_cont percentile_disc rank dense_rank percent_rank cume_dist row_number ntile
  lag lead first_value last_value nth_value range_agg range_intersect_agg
`);

/** Functions that return rows, with the names of their columns in FROM; `null` where the one column takes the alias's name. */
export const ROW_FUNCTIONS: ReadonlyMap<string, readonly string[] | null> = new Map([
  ["generate_series", null],
  ["generate_subscripts", null],
  ["regexp_matches", null],
  ["regexp_split_to_table", null],
  ["string_to_table", null],
  ["json_object_keys", null],
  ["jsonb_object_keys", null],
  ["jsonb_path_query", null],
  ["json_array_elements", ["value"]],
  ["json_array_elements_text", ["value"]],
  ["jsonb_array_elements", ["value"]],
  ["jsonb_array_elements_text", ["value"]],
  ["json_each", ["key", "value"]],
  ["json_each_text", ["key", "value"]],
  ["jsonb_each", ["key", "value"]],
  ["jsonb_each_text", ["key", "value"]],
  // Of an array of rows it returns the row's columns: which ones cannot be told from here.
  ["unnest", []],
]);

/** Padding makes a text of any length: allowed up to a constant length. */
export const PADDING: ReadonlySet<string> = new Set(["lpad", "rpad"]);
export const MAX_PADDING = 10_000;

export const FUNCTIONS: ReadonlySet<string> = new Set([...COMPUTING, ...ROW_FUNCTIONS.keys(), ...PADDING]);
