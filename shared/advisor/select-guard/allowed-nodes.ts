/**
 * The part of PostgreSQL's grammar that a guarded query may use. Every field is listed, because the parser writes some structures
 * without their kind (`intoClause` is one): what is not listed is refused, so a construct of a later version is refused too.
 *
 * `value`: a number, text or truth value · `nodes`: a node or a list of nodes · `=Kind`: a structure written without its kind.
 */
type Slot = "value" | "nodes" | `=${string}`;
type Shape = Readonly<Record<string, Slot>>;

const value: Slot = "value";
const nodes: Slot = "nodes";
const alias: Slot = "=Alias";

/** Tablesample, table functions, JSON_TABLE, XML, locking, INTO, SEARCH and CYCLE are left out on purpose. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  SelectStmt: {
    withClause: "=WithClause",
    distinctClause: nodes,
    targetList: nodes,
    fromClause: nodes,
    whereClause: nodes,
    groupClause: nodes,
    groupDistinct: value,
    havingClause: nodes,
    windowClause: nodes,
    valuesLists: nodes,
    sortClause: nodes,
    limitOffset: nodes,
    limitCount: nodes,
    limitOption: value,
    op: value,
    all: value,
    larg: "=SelectStmt",
    rarg: "=SelectStmt",
  },
  WithClause: { ctes: nodes, recursive: value },
  CommonTableExpr: { ctename: value, aliascolnames: nodes, ctematerialized: value, ctequery: nodes },
  ResTarget: { name: value, val: nodes },
  Alias: { aliasname: value, colnames: nodes },
  // Without catalogname: a table of another database is no table of this one.
  RangeVar: { schemaname: value, relname: value, inh: value, relpersistence: value, alias },
  RangeSubselect: { lateral: value, subquery: nodes, alias },
  RangeFunction: { lateral: value, ordinality: value, is_rowsfrom: value, functions: nodes, alias },
  JoinExpr: {
    jointype: value,
    isNatural: value,
    larg: nodes,
    rarg: nodes,
    usingClause: nodes,
    quals: nodes,
    alias,
    rtindex: value,
  },
  ColumnRef: { fields: nodes },
  A_Star: {},
  String: { sval: value },
  Integer: { ival: value },
  Float: { fval: value },
  Boolean: { boolval: value },
  BitString: { bsval: value },
  List: { items: nodes },
  A_Const: {
    isnull: value,
    ival: "=Integer",
    fval: "=Float",
    sval: "=String",
    boolval: "=Boolean",
    bsval: "=BitString",
  },
  ParamRef: { number: value },
  A_Expr: { kind: value, name: nodes, lexpr: nodes, rexpr: nodes, rexpr_list_start: value, rexpr_list_end: value },
  BoolExpr: { boolop: value, args: nodes },
  NullTest: { arg: nodes, nulltesttype: value, argisrow: value },
  BooleanTest: { arg: nodes, booltesttype: value },
  // Without setof, pct_type and typeOid.
  TypeCast: { arg: nodes, typeName: "=TypeName" },
  TypeName: { names: nodes, typmods: nodes, typemod: value, arrayBounds: nodes },
  CollateClause: { arg: nodes, collname: nodes },
  FuncCall: {
    funcname: nodes,
    args: nodes,
    agg_order: nodes,
    agg_filter: nodes,
    over: "=WindowDef",
    agg_within_group: value,
    agg_star: value,
    agg_distinct: value,
    func_variadic: value,
    funcformat: value,
  },
  WindowDef: {
    name: value,
    refname: value,
    partitionClause: nodes,
    orderClause: nodes,
    frameOptions: value,
    startOffset: nodes,
    endOffset: nodes,
  },
  // Without useOp: ORDER BY … USING names an operator that need not be a built-in one.
  SortBy: { node: nodes, sortby_dir: value, sortby_nulls: value },
  SubLink: { subLinkType: value, testexpr: nodes, operName: nodes, subselect: nodes },
  CaseExpr: { arg: nodes, args: nodes, defresult: nodes },
  CaseWhen: { expr: nodes, result: nodes },
  CoalesceExpr: { args: nodes },
  MinMaxExpr: { op: value, args: nodes },
  A_ArrayExpr: { elements: nodes, list_start: value, list_end: value },
  RowExpr: { args: nodes, row_format: value },
  A_Indirection: { arg: nodes, indirection: nodes },
  A_Indices: { is_slice: value, lidx: nodes, uidx: nodes },
  GroupingSet: { kind: value, content: nodes },
  GroupingFunc: { args: nodes },
  SQLValueFunction: { op: value, typmod: value },
};

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Types that a value may be cast to. No reg* type, whose input looks names up; no xml, whose input runs a parser of documents. */
export const TYPES = words(`
  bool int2 int4 int8 float4 float8 numeric money text varchar bpchar char name bytea uuid json jsonb jsonpath oid
  date time timetz timestamp timestamptz interval inet cidr macaddr macaddr8 bit varbit tsvector tsquery
  point line lseg box path polygon circle
  int4range int8range numrange tsrange tstzrange daterange
  int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange
`);

/** The operators of pg_catalog (PostgreSQL 18). */
export const OPERATORS = words(`
  = <> < <= > >= + - * / % ^ | & # ~ << >> || !! @ |/ ||/ @-@ ## # ?
  ~~ !~~ ~~* !~~* !~ ~* !~* ^@ ~<~ ~<=~ ~>~ ~>=~
  -> ->> #> #>> @> <@ ?| ?& #- @? @@ @@@ && -|- &< &> <-> <<| |>> &<| |&> <^ >^ ?# ?- ?-| ?|| ~=
  <<= >>= *= *<> *< *<= *> *>=
`);
