/**
 * Makes a script's output come while it runs: just-bash gives a command's output to whoever is around it, up to the end of the
 * script. This rewrites a parsed script so that each command sends its own to two files, which hand it on at once.
 *
 * The two files are open as descriptors LIVE_OUT and LIVE_ERR, and stand for "where output goes here":
 * - a command gets `>&LIVE_OUT 2>&LIVE_ERR` before its own redirections, which so still win;
 * - whatever takes output for itself (`$(…)`, a pipe, `{ …; } >file`) gets `LIVE_OUT>&1 LIVE_ERR>&2` behind its own. Functions that
 *   are called there follow, for their commands ask the descriptors, not the place where they were written;
 * - code that is not seen here (`eval`, `source`) is not rewritten: all of its output comes when it ends, and in its order.
 *
 * Above: interpreter.ts. Below: nothing; the tree is that of just-bash.
 * Specification: Bash reference manual, 3.6 Redirections.
 */

import type { Bash } from "just-bash/browser";

export type Script = ReturnType<Bash["transform"]>["ast"];
type Statement = Script["statements"][number];
type Pipeline = Statement["pipelines"][number];
type Command = Pipeline["commands"][number];
type Simple = Extract<Command, { type: "SimpleCommand" }>;
type Group = Extract<Command, { type: "Group" }>;
type Redirection = Simple["redirections"][number];
type Word = NonNullable<Simple["name"]>;
type Expansion = Extract<Word["parts"][number], { type: "ParameterExpansion" }>;
type SubstringOffset = Extract<NonNullable<Expansion["operation"]>, { type: "Substring" }>["offset"];

/** Numbers that no script takes for itself: those of scripts are single digits, and what Bash gives out begins at 10. */
export const LIVE_OUT = 207;
export const LIVE_ERR = 208;

/** Commands that run text, which is not seen here. */
const RUN_TEXT: ReadonlySet<string> = new Set(["eval", "source", "."]);

/** Commands of the shell that run nothing of the script. Some of them act on the shell, and would not from within a group. */
const OF_THE_SHELL: ReadonlySet<string> = new Set(
  ": [ alias break cd continue declare dirs echo exec exit export false getopts hash let local mapfile popd printf pushd read readarray readonly return set shift shopt test true type typeset unalias unset wait".split(
    " ",
  ),
);

export interface LiveOutputOptions {
  /** Paths of the two files that hand on what is written to them. */
  readonly out: string;
  readonly err: string;
  /** Names of commands beside those of the shell. */
  readonly commands: ReadonlySet<string>;
}

/** @returns The same script, with its output going to the two files. */
export function withLiveOutput(script: Script, { out, err, commands }: LiveOutputOptions): Script {
  const own = structuredClone(script);
  const scope = { ...lookAround(own), commands };
  const first = own.statements.at(0);
  if (first === undefined) return own;
  own.statements = own.statements.map((statement) => liveStatement(statement, scope));
  const open = simple("exec", [append(LIVE_OUT, out), append(LIVE_ERR, err)]);
  own.statements.unshift(statementOf(open));
  return own;
}

/** What has to be known of the whole script. */
interface Scope {
  /** Names of functions that it defines. */
  readonly functions: ReadonlySet<string>;
  /** It runs text somewhere, and so may define functions that are not rewritten. */
  readonly runsText: boolean;
  /** It traces its commands: a function's name has to stand before what it prints. */
  readonly traces: boolean;
  /** It ends at the first failure. */
  readonly stops: boolean;
  readonly commands: ReadonlySet<string>;
}

function lookAround(script: Script): Omit<Scope, "commands"> {
  const functions = new Set<string>();
  let runsText = false;
  let traces = false;
  let stops = false;
  visit(script, (node) => {
    if (isNode(node, "FunctionDef")) functions.add(node.name);
    if (isNode(node, "SimpleCommand")) {
      const words = [node.name, ...node.args].map(literal);
      const [name] = words;
      if (name === "." || words.some((word) => word === "eval" || word === "source")) runsText = true;
      const sets = (letter: string, option: string): boolean =>
        words.includes(option) ||
        (name === "set" && words.some((word) => word?.match(/^-\w+/)?.[0].includes(letter)));
      traces ||= sets("x", "xtrace");
      stops ||= sets("e", "errexit");
    }
    return undefined;
  });
  return { functions, runsText, traces, stops };
}

function liveStatement(statement: Statement, scope: Scope): Statement {
  const [first, ...others] = statement.pipelines;
  if (
    scope.stops &&
    first !== undefined &&
    others.length > 0 &&
    statement.operators.every((operator) => operator === "||") &&
    runsSeveral(first, scope)
  ) {
    // just-bash ends a script that stops at failures when something within a function fails left of `||`, but not in an `if`.
    const otherwise = {
      ...statement,
      pipelines: others,
      operators: statement.operators.slice(1),
      background: false,
    };
    const condition = [statementOfPipeline(first)];
    const nothing = [statementOf(simple(":", []))];
    const choice: Command = {
      type: "If",
      clauses: [{ condition, body: nothing }],
      elseBody: [otherwise],
      redirections: [],
    };
    return liveStatement({ ...statement, ...statementOf(choice), background: statement.background }, scope);
  }
  const last = statement.pipelines.length - 1;
  const pipelines = statement.pipelines.map((pipeline, index) => livePipeline(pipeline, index < last, scope));
  return { ...statement, pipelines };
}

/** Something within it may fail while it goes on. */
function runsSeveral({ commands, negated }: Pipeline, scope: Scope): boolean {
  return (
    !negated &&
    commands.some((command) => {
      if (command.type !== "SimpleCommand") {
        return command.type !== "ArithmeticCommand" && command.type !== "ConditionalCommand";
      }
      const name = literal(command.name);
      return command.name !== null && (name === undefined || scope.functions.has(name) || RUN_TEXT.has(name));
    })
  );
}

function livePipeline(pipeline: Pipeline, isCondition: boolean, scope: Scope): Pipeline {
  const last = pipeline.commands.length - 1;
  // just-bash ends a script that stops at failures also when a group fails left of `||`.
  const mayGroup = !(scope.stops && (isCondition || pipeline.negated));
  const commands = pipeline.commands.map((command, index) => {
    const place = index === last ? "here" : pipeline.pipeStderr?.[index] === true ? "pipe-both" : "pipe";
    return liveCommand(command, { place, mayGroup, scope });
  });
  const live = { ...pipeline, commands };
  if (pipeline.timed !== true || !mayGroup) return live;
  // What `time` says belongs to no command.
  const said = group([statementOfPipeline({ ...live, negated: false })], [toLiveErr()]);
  return { type: "Pipeline", commands: [said], negated: pipeline.negated };
}

/** Where its output goes: here as everybody's, its standard output into a pipe, or both. */
type Place = "here" | "pipe" | "pipe-both";

interface At {
  readonly place: Place;
  readonly mayGroup: boolean;
  readonly scope: Scope;
}

function liveCommand(command: Command, at: At): Command {
  captureIn(wordsOf(command), at.scope);
  switch (command.type) {
    case "SimpleCommand":
      return liveSimple(withFirstWord(command), at);
    case "FunctionDef": {
      const { redirections } = command;
      const body = liveBody(command.body, at.scope);
      return isTangled(redirections)
        ? { ...command, body: collected({ ...body, redirections }, "here"), redirections: [] }
        : { ...command, body, redirections: around(redirections, "here", { leaf: false }) };
    }
    default: {
      const body = liveBody(command, at.scope);
      const leaf = command.type === "ArithmeticCommand" || command.type === "ConditionalCommand";
      return isTangled(command.redirections) && at.mayGroup
        ? collected(body, at.place)
        : { ...body, redirections: around(command.redirections, at.place, { leaf }) };
    }
  }
}

function liveBody<C extends Exclude<Command, { type: "SimpleCommand" | "FunctionDef" }>>(
  command: C,
  scope: Scope,
): C {
  const live = (body: Statement[]): Statement[] => body.map((statement) => liveStatement(statement, scope));
  const copy: C = { ...command };
  switch (copy.type) {
    case "If":
      copy.clauses = copy.clauses.map(({ condition, body }) => ({
        condition: live(condition),
        body: live(body),
      }));
      copy.elseBody = copy.elseBody && live(copy.elseBody);
      break;
    case "While":
    case "Until":
      copy.condition = live(copy.condition);
      copy.body = live(copy.body);
      break;
    case "Case":
      copy.items = copy.items.map((item) => ({ ...item, body: live(item.body) }));
      break;
    case "For":
    case "CStyleFor":
    case "Subshell":
    case "Group":
      copy.body = live(copy.body);
      break;
  }
  return copy;
}

function liveSimple(command: Simple, { place, mayGroup, scope }: At): Command {
  // Redirections of its own would take its exit code from `x=$(false)`.
  if (command.name === null) {
    if (!mayGroup || (place === "here" && !scope.traces)) return command;
    return group([statementOf(command)], around([], place, { leaf: true }));
  }
  const name = literal(command.name);
  const [program] = command.args;
  if (name === "exec" && program !== undefined && !literal(program)?.startsWith("-")) {
    // just-bash goes on behind a program that takes the shell's place.
    const run = { ...command, name: program, args: command.args.slice(1) };
    const statements = [liveSimple(run, { place, mayGroup, scope }), simple("exit", [])].map(statementOf);
    return group(statements, []);
  }
  const isFunction = name !== undefined && scope.functions.has(name);
  const isKnown =
    name !== undefined && (OF_THE_SHELL.has(name) || scope.commands.has(name)) && !RUN_TEXT.has(name);
  const mixes =
    (scope.runsText && !isFunction && !isKnown) ||
    (scope.traces && (isFunction || name === undefined)) ||
    (isTangled(command.redirections) && !isKnown);
  return mixes && mayGroup
    ? collected(command, place)
    : { ...command, redirections: around(command.redirections, place, { leaf: true }) };
}

/** just-bash takes all words of `"$@"` for one, where a command's name stands: here they are its first word, and the others. */
function withFirstWord(command: Simple): Simple {
  const [outer] = command.name?.parts ?? [];
  if (command.name?.parts.length !== 1 || outer === undefined) return command;
  const quoted = outer.type === "DoubleQuoted";
  const [part] = quoted ? outer.parts : [outer];
  if (
    part?.type !== "ParameterExpansion" ||
    part.operation !== null ||
    (quoted && outer.parts.length !== 1)
  ) {
    return command;
  }
  const array = /^(\w+)\[@\]$/.exec(part.parameter)?.[1];
  if (part.parameter !== "@" && array === undefined) return command;
  const wordOf = (inner: Word["parts"][number]): Word => ({
    type: "Word",
    parts: quoted ? [{ type: "DoubleQuoted", parts: [inner] }] : [inner],
  });
  const first = array === undefined ? "1" : `${array}[0]`;
  const value = array === undefined ? 2 : 1;
  const offset: SubstringOffset = {
    type: "ArithmeticExpression",
    expression: { type: "ArithNumber", value },
  };
  return {
    ...command,
    name: wordOf({ type: "ParameterExpansion", parameter: first, operation: null }),
    args: [wordOf({ ...part, operation: { type: "Substring", offset, length: null } }), ...command.args],
  };
}

/** All that it runs gives its output to this command, and only then it goes on from here. */
function collected(command: Command, place: Place): Group {
  const collecting = group([statementOf(command)], [liveOutToOut(), liveErrToErr()]);
  return group([statementOf(collecting)], around([], place, { leaf: true }));
}

/**
 * Redirections of a command, with ours around them. A compound command (`leaf: false`) needs none of its own for standard output:
 * what is in it has; but what it says itself, of its own words, has to go somewhere.
 */
function around(own: Redirection[], place: Place, { leaf }: { readonly leaf: boolean }): Redirection[] {
  const redirected = own.some(concernsOutput);
  const toOut = place === "here" && (leaf || redirected);
  return [
    ...(toOut ? [toLiveOut()] : []),
    ...(place === "pipe-both" ? [] : [toLiveErr()]),
    ...own,
    ...(redirected || place !== "here" ? [liveOutToOut()] : []),
    ...(redirected || place === "pipe-both" ? [liveErrToErr()] : []),
  ];
}

/** `2>&1 >file`: just-bash follows a copy of a descriptor to where the descriptor points at the end. */
function isTangled(own: Redirection[]): boolean {
  const copy = own.findIndex(({ operator }) => operator === ">&" || operator === "<&");
  return copy !== -1 && own.slice(copy + 1).some(({ operator }) => /^[&>]|^<&/.test(operator));
}

function concernsOutput({ operator, fd }: Redirection): boolean {
  switch (operator) {
    case ">":
    case ">>":
    case ">|":
    case ">&":
    case "<&":
    case "<>":
      return fd === null ? operator.startsWith(">") : fd === 1 || fd === 2;
    case "&>":
    case "&>>":
      return true;
    default:
      return false;
  }
}

/** Substitutions keep the output of what is in them. */
function captureIn(words: unknown, scope: Scope): void {
  visit(words, (node) => {
    if (isNode(node, "CommandSubstitution")) {
      if (isFileContent(node.body)) return "skip";
      node.body.statements = captured(node.body.statements, scope);
      return "skip";
    }
    if (isNode(node, "ProcessSubstitution")) {
      const { statements } = node.body;
      node.body.statements =
        node.direction === "input"
          ? captured(statements, scope)
          : statements.map((statement) => liveStatement(statement, scope));
      return "skip";
    }
    return undefined;
  });
}

function captured(statements: Statement[], scope: Scope): Statement[] {
  if (statements.length === 0) return statements;
  const live = statements.map((statement) => liveStatement(statement, scope));
  return [statementOf(group(live, [toLiveErr(), liveOutToOut()]))];
}

/** `$(<file)` is not a command: Bash reads the file. */
function isFileContent({ statements }: Script): boolean {
  const [statement] = statements;
  const command = statement?.pipelines[0]?.commands[0];
  return (
    statements.length === 1 &&
    statement?.pipelines.length === 1 &&
    command?.type === "SimpleCommand" &&
    command.name === null &&
    command.assignments.length === 0
  );
}

/** The words of a command itself, without the commands in it. */
function wordsOf(command: Command): unknown {
  switch (command.type) {
    case "SimpleCommand":
      return [command.assignments, command.name, command.args, command.redirections];
    case "For":
      return [command.words, command.redirections];
    case "CStyleFor":
      return [command.init, command.condition, command.update, command.redirections];
    case "Case":
      return [command.word, command.items.map(({ patterns }) => patterns), command.redirections];
    case "ArithmeticCommand":
    case "ConditionalCommand":
      return [command.expression, command.redirections];
    default:
      return [command.redirections];
  }
}

// The tree, and pieces of it.

interface NodeTypes {
  readonly FunctionDef: Extract<Command, { type: "FunctionDef" }>;
  readonly SimpleCommand: Simple;
  readonly CommandSubstitution: Extract<Word["parts"][number], { type: "CommandSubstitution" }>;
  readonly ProcessSubstitution: Extract<Word["parts"][number], { type: "ProcessSubstitution" }>;
}

function isNode<T extends keyof NodeTypes>(node: object, type: T): node is NodeTypes[T] {
  return "type" in node && node.type === type;
}

/** All objects of a tree, parents first; `skip` leaves out what is below. */
function visit(tree: unknown, see: (node: object) => "skip" | undefined): void {
  if (typeof tree !== "object" || tree === null) return;
  if (see(tree) === "skip") return;
  for (const child of Object.values(tree)) visit(child, see);
}

/** A word's text, where it is written as it is. */
function literal(word: Word | null): string | undefined {
  const [part] = word?.parts ?? [];
  return word?.parts.length === 1 && part?.type === "Literal" ? part.value : undefined;
}

function word(value: string): Word {
  return { type: "Word", parts: [{ type: "Literal", value }] };
}

function simple(name: string, redirections: Redirection[]): Simple {
  return { type: "SimpleCommand", assignments: [], name: word(name), args: [], redirections };
}

function group(body: Statement[], redirections: Redirection[]): Group {
  return { type: "Group", body, redirections };
}

function statementOf(command: Command): Statement {
  return statementOfPipeline({ type: "Pipeline", commands: [command], negated: false });
}

function statementOfPipeline(pipeline: Pipeline): Statement {
  return { type: "Statement", pipelines: [pipeline], operators: [], background: false };
}

function append(fd: number, path: string): Redirection {
  return { type: "Redirection", fd, operator: ">>", target: word(path) };
}

function duplicate(fd: number, from: number): Redirection {
  return { type: "Redirection", fd, operator: ">&", target: word(String(from)) };
}

const toLiveOut = (): Redirection => duplicate(1, LIVE_OUT);
const toLiveErr = (): Redirection => duplicate(2, LIVE_ERR);
const liveOutToOut = (): Redirection => duplicate(LIVE_OUT, 1);
const liveErrToErr = (): Redirection => duplicate(LIVE_ERR, 2);
