import type { ObjectKind, ObjectOf } from '../model/objects.ts';

/**
 * Every column of the server's own catalogs that can say something of an object of ours, in one of three lists. A test
 * holds them against the columns that a server has, so that a new release cannot bring a property that nobody thought of.
 * https://www.postgresql.org/docs/current/catalogs.html
 */
type Field = { readonly [K in ObjectKind]: `${K}.${Extract<keyof ObjectOf<K>, string>}` }[ObjectKind];

/** Columns of a catalog, separated by blanks, by what is to be said of them. */
type ByCatalog<T extends string> = Readonly<Record<string, Readonly<Partial<Record<T, string>>>>>;

/** By the field that they come to: where it differs from what is declared, that is drift, and is repaired. */
export const compared: ByCatalog<Field> = {
  pg_am: { 'index.method': 'amname' },
  pg_attrdef: { 'column.default': 'adnum adbin' },
  pg_attribute: {
    'column.collation': 'attcollation',
    'column.compression': 'attcompression',
    'column.generated': 'attgenerated',
    'column.identity': 'attidentity',
    'column.name': 'attname attisdropped',
    'column.nullable': 'attnotnull',
    'column.position': 'attnum',
    'column.storage': 'attstorage',
    'column.table': 'attrelid',
    'column.type': 'atttypid atttypmod',
  },
  pg_class: {
    'table.name': 'relname',
    'table.options': 'relkind relispartition relpartbound relrowsecurity relforcerowsecurity',
    'table.persistence': 'relpersistence',
    'table.schema': 'relnamespace',
  },
  pg_constraint: {
    'check.expression': 'conbin conexclop',
    'foreignKey.columns': 'conkey',
    'foreignKey.deferrable': 'condeferrable condeferred',
    'foreignKey.match': 'confmatchtype',
    'foreignKey.name': 'conname',
    'foreignKey.notEnforced': 'conenforced',
    'foreignKey.onDelete': 'confdeltype confdelsetcols',
    'foreignKey.onUpdate': 'confupdtype',
    'foreignKey.referencedColumns': 'confkey',
    'foreignKey.referencedTable': 'confrelid',
    'foreignKey.table': 'conrelid',
    'foreignKey.validated': 'convalidated',
    'key.primary': 'contype',
  },
  pg_database: { 'database.name': 'datname' },
  pg_default_acl: { 'grant.lacking': 'defaclrole defaclnamespace defaclobjtype defaclacl' },
  pg_depend: { 'dependent.depth': 'classid objid refclassid refobjid deptype' },
  pg_index: {
    'index.columns': 'indkey indcollation indclass indoption indexprs indnkeyatts',
    'index.include': 'indnatts',
    'index.nullsNotDistinct': 'indnullsnotdistinct',
    'index.predicate': 'indpred',
    'index.table': 'indrelid',
    'index.unique': 'indisunique',
    'index.valid': 'indisvalid indisready indislive',
  },
  pg_namespace: { 'schema.name': 'nspname' },
  pg_opclass: { 'index.columns': 'opcname opcdefault' },
  pg_proc: {
    'function.arguments': 'proargnames proargmodes proargdefaults pronargdefaults provariadic proallargtypes',
    'function.body': 'prosrc',
    'function.execution': 'proacl',
    'function.language': 'prolang',
    'function.name': 'proname',
    'function.parallel': 'proparallel',
    'function.returns': 'prorettype proretset',
    'function.schema': 'pronamespace',
    'function.security': 'prosecdef',
    'function.settings': 'proconfig',
    'function.signature': 'proargtypes pronargs',
    'function.strict': 'proisstrict',
    'function.volatility': 'provolatile',
  },
  pg_trigger: {
    'foreignKey.unguarded': 'tgisinternal',
    'trigger.definition':
      'tgtype tgconstraint tgdeferrable tginitdeferred tgattr tgqual tgnargs tgargs tgoldtable tgnewtable tgconstrrelid',
    'trigger.enabled': 'tgenabled',
    'trigger.function': 'tgfoid',
    'trigger.name': 'tgname',
    'trigger.table': 'tgrelid',
  },
  pg_type: { 'column.type': 'typname typnamespace' },
};

/**
 * By how they can break the runtime, though the object that they are of is not ours: they are told with what mends it, as
 * influences (`influences/`) or as columns of somebody else.
 */
export const dangerous: ByCatalog<string> = {
  pg_class: {
    'an UPDATE fails where a publication has it and nothing identifies its rows': 'relreplident',
    'foreign keys are checked by the rights that the owner has left itself': 'relacl',
  },
  pg_constraint: { 'a domain refuses what a column is filled with': 'contypid' },
  pg_db_role_setting: { 'what a statement means depends on it': 'setdatabase setrole setconfig' },
  pg_event_trigger: { 'it runs at every statement of a plan': 'evtname evtevent evtfoid evtenabled evttags' },
  pg_index: { 'an UPDATE fails where a publication needs this index, and it is gone': 'indisreplident' },
  pg_inherits: { 'statements on a parent reach the rows of its children': 'inhrelid inhparent' },
  pg_proc: { 'a call of ours is ambiguous beside a procedure or an aggregate of the same name': 'prokind' },
  pg_publication: {
    'an UPDATE or a DELETE fails where it is published and nothing identifies the row':
      'puballtables pubupdate pubdelete pubgencols',
  },
  pg_publication_namespace: { 'it publishes our tables too': 'pnpubid pnnspid' },
  pg_publication_rel: {
    'an UPDATE or a DELETE fails where what identifies the row is not published, or is not what rows are chosen by':
      'prpubid prrelid prqual prattrs',
  },
  pg_rewrite: {
    'a statement of the runtime does something else, or nothing':
      'ev_class ev_type ev_enabled is_instead ev_qual ev_action',
  },
  pg_type: {
    'a column of a domain is filled with nothing, or with what the domain refuses':
      'typtype typnotnull typbasetype typtypmod typdefault',
  },
};

const ofServer = "the server's own number, count or note, from which nothing follows for a statement";
const ofPlanner = 'how the planner estimates, not what it finds';
const ofOwner = "the operator's choice; what the connected role may do is asked for before a plan is applied";
const ofSize = 'where and how densely rows are kept';
const ofOthers = 'of objects that no definition has: they are unmanaged as a whole, or refused';
const ofAcl =
  'what others may do; what the role of the grants may do is asked in effect, by has_table_privilege and its kin';
const ofParent = 'a table has what it inherits as if it were its own';
const ofType = 'follows from the type';

/** By the reason why nothing is done about them. */
export const indifferent: ByCatalog<string> = {
  pg_am: { [ofServer]: 'oid amhandler amtype' },
  pg_attrdef: { [ofServer]: 'oid', 'says which table': 'adrelid' },
  pg_attribute: {
    [ofServer]: 'attcacheoff atthasdef atthasmissing attmissingval',
    [ofType]: 'attlen attbyval attalign attndims',
    [ofPlanner]: 'attstattarget attoptions',
    [ofParent]: 'attislocal attinhcount',
    [ofAcl]: 'attacl',
    [ofOthers]: 'attfdwoptions',
  },
  pg_class: {
    [ofServer]: `oid reltype relfilenode reltoastrelid relhasindex relisshared relnatts relchecks relhasrules
      relhastriggers relhassubclass relispopulated relrewrite relfrozenxid relminmxid relallvisible relallfrozen`,
    'told as facts': 'relpages reltuples',
    [ofOwner]: 'relowner relam',
    [ofSize]: 'reltablespace reloptions',
    [ofOthers]: 'reloftype',
  },
  pg_constraint: {
    [ofServer]: 'oid connamespace conindid',
    [ofOthers]: 'conparentid conperiod',
    [ofParent]: 'conislocal coninhcount connoinherit',
    [ofType]: 'conpfeqop conppeqop conffeqop',
  },
  pg_database: {
    [ofServer]: 'oid datistemplate datlastsysoid datfrozenxid datminmxid datcollversion dathasloginevt',
    [ofOwner]: `datdba encoding datcollate datctype datallowconn datconnlimit dattablespace datacl datlocprovider daticulocale
      daticurules datlocale`,
  },
  pg_default_acl: { [ofServer]: 'oid' },
  pg_depend: { 'a column of theirs or of ours, which makes no difference to what has to go': 'objsubid refobjsubid' },
  pg_event_trigger: { [ofServer]: 'oid', [ofOwner]: 'evtowner' },
  pg_index: {
    [ofServer]: 'indexrelid indcheckxmin',
    [ofSize]: 'indisclustered',
    'the constraint that it belongs to says so': 'indisprimary indisexclusion indimmediate',
  },
  pg_inherits: { [ofServer]: 'inhseqno inhdetachpending' },
  pg_namespace: { [ofServer]: 'oid', [ofOwner]: 'nspowner', [ofAcl]: 'nspacl' },
  pg_opclass: {
    [ofServer]: 'oid opcmethod opcnamespace opcowner opcfamily opckeytype',
    [ofType]: 'opcintype',
  },
  pg_policy: {
    'without row security, which is compared, it does nothing':
      'oid polname polrelid polcmd polpermissive polroles polqual polwithcheck',
  },
  pg_proc: {
    [ofServer]: 'oid',
    'of other languages than ours, and the language is compared': 'probin prosqlbody protrftypes',
    [ofPlanner]: 'procost prorows prosupport proleakproof',
    [ofOwner]: 'proowner',
  },
  pg_publication: {
    [ofServer]: 'oid pubname',
    [ofOwner]: 'pubowner',
    'of partitioned tables, which are refused': 'pubviaroot',
    'no key is asked for': 'pubinsert pubtruncate',
  },
  pg_publication_namespace: { [ofServer]: 'oid' },
  pg_publication_rel: { [ofServer]: 'oid' },
  pg_rewrite: { [ofServer]: 'oid rulename' },
  pg_sequence: {
    'of an identity, which is compared, or of none of ours':
      'seqrelid seqtypid seqstart seqincrement seqmax seqmin seqcache seqcycle',
  },
  pg_statistic_ext: {
    [ofPlanner]: 'oid stxrelid stxname stxnamespace stxowner stxstattarget stxkeys stxkind stxexprs',
  },
  pg_trigger: { [ofServer]: 'oid tgconstrindid', [ofOthers]: 'tgparentid' },
  pg_type: {
    'another type is another name; no definition has one that somebody made': `oid typowner typlen typbyval
      typcategory typispreferred typisdefined typdelim typrelid typsubscript typelem typarray typinput typoutput typreceive typsend
      typmodin typmodout typanalyze typalign typstorage typndims typcollation typdefaultbin typacl`,
  },
};

const ofExpressions = 'stands in expressions by its name, and these are compared as the server prints them';
const ofRoles = 'roles and what they are members of: rights are asked in effect';

/** Catalogs whose rows are not about tables or functions of ours, by the reason. */
export const beside: Readonly<Record<string, string>> = {
  [ofExpressions]:
    'pg_aggregate pg_amop pg_amproc pg_cast pg_collation pg_enum pg_operator pg_opfamily pg_range pg_transform',
  [ofRoles]: 'pg_auth_members pg_authid pg_init_privs pg_parameter_acl pg_shdepend',
  'what somebody wrote about it': 'pg_description pg_seclabel pg_shdescription pg_shseclabel',
  'what the planner has counted': 'pg_statistic pg_statistic_ext_data',
  'foreign tables, which are refused': 'pg_foreign_data_wrapper pg_foreign_server pg_foreign_table pg_user_mapping',
  'partitioned tables, which are refused': 'pg_partitioned_table',
  'languages and extensions, of which ours needs only what is always there': 'pg_extension pg_language',
  'incoming rows come as if somebody had written them': 'pg_subscription pg_subscription_rel pg_replication_origin',
  'texts and places that no definition has': `pg_conversion pg_largeobject pg_largeobject_metadata pg_tablespace pg_ts_config
    pg_ts_config_map pg_ts_dict pg_ts_parser pg_ts_template`,
};
