/**
 * One driver of a configuration, or the bench itself, as a form: a field for each setting that its schema knows, with what is wrong at it.
 * Above: editor.ts. Below: field-value.ts, DriverCatalogue.
 * @fires setting-changed: which key of which field got which value. problem-chosen: show this line.
 */

import { html, LitElement, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import type { JsonValue } from "../../../drivers/base/json.ts";
import type { Outline, OutlineDriver } from "../../config/outline.ts";
import type { CatalogueDriver, CatalogueField, ConfigProblem, DriverCatalogue } from "../../messages.ts";
import { sharedStyles } from "../shared/styles.ts";
import { needsText, refTargets } from "./choices.ts";
import { driverFormStyles } from "./driver-form-styles.ts";
import { defaultText, rangeText, readField, shownValue } from "./field-value.ts";

export type Setting =
  | { readonly kind: "config"; readonly key: string; readonly value: JsonValue | undefined }
  | { readonly kind: "description" | "ref" | "bench-name" | "bench-description"; readonly value: string };

export class DriverForm extends LitElement {
  static override properties = {
    outline: { attribute: false },
    driver: { attribute: false },
    catalogue: { attribute: false },
    problems: { attribute: false },
    broken: { type: Boolean },
    refused: { state: true },
  };
  static override styles = [sharedStyles, driverFormStyles];

  declare outline: Outline;
  /** Undefined: the bench itself. */
  declare driver: OutlineDriver | undefined;
  declare catalogue: DriverCatalogue | undefined;
  declare problems: readonly ConfigProblem[];
  declare broken: boolean;
  /** What was written into a field and cannot be a value of it, by field. */
  declare refused: ReadonlyMap<string, string>;

  constructor() {
    super();
    this.refused = new Map();
  }

  override render() {
    return this.driver === undefined ? this.#renderBench() : this.#renderDriver(this.driver);
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get("driver") as OutlineDriver | undefined;
    if (changed.has("driver") && before?.path.join(".") !== this.driver?.path.join("."))
      this.refused = new Map();
  }

  #renderBench() {
    const { name, description } = this.outline;
    return html`
      <h2>The bench</h2>
      ${this.#renderText("bench-name", "Name", name, "By this name clients and the relay know it.")}
      ${this.#renderText("bench-description", "Description", description, "For people who look for a board.")}
    `;
  }

  #renderDriver(driver: OutlineDriver) {
    const known = this.catalogue?.drivers.find(({ type }) => type === driver.type);
    const fields = known?.fields ?? [];
    const common = this.catalogue?.common ?? [];
    return html`
      <h2>${driver.name}</h2>
      ${known === undefined ? this.#renderKind(driver) : this.#renderKnown(known)}
      ${this.#rest(driver, [...fields, ...common]).map((problem) => this.#renderProblem(problem))}
      ${
        driver.kind === "alias"
          ? this.#renderRef(driver)
          : this.#renderText(
              "description",
              "Description",
              driver.description,
              "Shown by clients, and on its card.",
            )
      }
      ${repeat(
        fields,
        ({ key }) => `${driver.path.join(".")}/${key}`,
        (field) => this.#renderField(driver, field),
      )}
      ${
        driver.kind !== "driver" || common.length === 0
          ? null
          : html`<details>
              <summary>What every driver has</summary>
              ${common.map((field) => this.#renderField(driver, field))}
            </details>`
      }
    `;
  }

  #renderKnown(known: CatalogueDriver) {
    return html`
      <p class="type small muted">${known.title} · <code>${known.type}</code></p>
      <p class="about">${known.summary}</p>
      <p class="about small muted">${needsText(known)}</p>
    `;
  }

  #renderKind({ kind, type }: OutlineDriver) {
    if (kind === "alias") return html`<p class="about">Another name for a driver elsewhere in the bench.</p>`;
    if (kind === "group")
      return html`<p class="about">A group: what is inside has its name before its own.</p>`;
    if (type === undefined) return html`<p class="about">It has no type yet: write one in the text.</p>`;
    const absent = this.catalogue?.absent.find((one) => one.type === type);
    return html`
      <p class="type small muted"><code>${type}</code></p>
      ${absent === undefined ? null : html`<p class="about">It is left out: ${absent.reason}.</p>`}
    `;
  }

  #renderRef(driver: OutlineDriver) {
    const targets = refTargets(this.outline, this.catalogue);
    const { ref = "" } = driver;
    return html`<div class="field">
      <label for="ref">Stands for</label>
      <select
        id="ref"
        ?disabled=${this.broken}
        @change=${(event: Event) => this.#say({ kind: "ref", value: chosenValue(event) })}
      >
        ${[...new Set([ref, ...targets])].map(
          (target) => html`<option .value=${target} ?selected=${target === ref}>${target}</option>`,
        )}
      </select>
    </div>`;
  }

  #renderText(
    kind: "description" | "bench-name" | "bench-description",
    label: string,
    value: string,
    help: string,
  ) {
    return html`<div class="field">
      <label for=${kind}>${label}</label>
      <input
        id=${kind}
        aria-describedby="${kind}-help"
        autocomplete="off"
        ?disabled=${this.broken}
        .value=${live(value)}
        @change=${(event: Event) => this.#say({ kind, value: chosenValue(event) })}
      />
      <span id="${kind}-help" class="small muted">${help}</span>
    </div>`;
  }

  #renderField(driver: OutlineDriver, field: CatalogueField) {
    const { key, description, required } = field;
    const refused = this.refused.get(key);
    const said = refused === undefined ? this.#problemsAt(driver, key) : [];
    const bad = refused !== undefined || said.some(({ severity }) => severity === "error");
    return html`<div class="field">
      <label for="field-${key}"><code>${key}</code>${required ? html` <span class="small muted">(needed)</span>` : null}</label>
      ${this.#renderInput(driver, field, bad)}
      <span id="help-${key}" class="small muted">${[description, rangeText(field)].filter(Boolean).join(" ")}</span>
      <span id="wrong-${key}" aria-live="polite">
        ${refused === undefined ? null : html`<span class="wrong">${refused}</span>`}
        ${said.map((problem) => this.#renderProblem(problem))}
      </span>
    </div>`;
  }

  #renderInput(driver: OutlineDriver, field: CatalogueField, bad: boolean): TemplateResult {
    const { key, kind, options, examples, required } = field;
    const written = driver.config.get(key);
    const value = shownValue(written?.value);
    const fallback = defaultText(field);
    const invalid = bad ? "true" : "false";
    const described = `help-${key} wrong-${key}`;
    if (kind === "other") {
      return html`<output id="field-${key}" class="mono small"
        >${written === undefined ? "not set: write it in the text" : value}</output
      >`;
    }
    if (kind === "boolean" || kind === "choice") {
      const choices =
        kind === "boolean"
          ? [["true", "Yes"] as const, ["false", "No"] as const]
          : options.map((one) => [String(one), String(one)] as const);
      const known = value === "" || choices.some(([one]) => one === value);
      return html`<select
        id="field-${key}"
        aria-describedby=${described}
        aria-invalid=${invalid}
        ?disabled=${this.broken}
        @change=${(event: Event) => this.#set(field, chosenValue(event))}
      >
        ${
          required && written !== undefined
            ? null
            : html`<option value="" ?selected=${value === ""}>
                ${fallback === undefined ? "Not set" : `Default: ${fallback}`}
              </option>`
        }
        ${known ? null : html`<option .value=${value} selected>${value}</option>`}
        ${choices.map(([one, label]) => html`<option .value=${one} ?selected=${one === value}>${label}</option>`)}
      </select>`;
    }
    return html`<input
        id="field-${key}"
        list=${examples.length === 0 ? "" : `examples-${key}`}
        inputmode=${kind === "number" ? "decimal" : "text"}
        aria-describedby=${described}
        aria-invalid=${invalid}
        autocomplete="off"
        spellcheck="false"
        placeholder=${fallback ?? ""}
        ?disabled=${this.broken}
        .value=${live(this.refused.has(key) ? (this.renderRoot.querySelector<HTMLInputElement>(`#field-${key}`)?.value ?? value) : value)}
        @change=${(event: Event) => this.#set(field, chosenValue(event))}
      />${
        examples.length === 0
          ? null
          : html`<datalist id="examples-${key}">
              ${examples.map((example) => html`<option .value=${shownValue(example)}></option>`)}
            </datalist>`
      }`;
  }

  #renderProblem({ message, severity }: ConfigProblem) {
    return severity === "info"
      ? html`<p class="small muted">${message}</p>`
      : html`<p class="wrong ${severity}">${severity === "error" ? "" : "Warning: "}${message}</p>`;
  }

  #problemsAt(driver: OutlineDriver, key: string): readonly ConfigProblem[] {
    const line = driver.config.get(key)?.line;
    const missing = `"${key}" in `;
    return this.#own(driver).filter(
      (problem) =>
        (line !== undefined &&
          problem.line === line &&
          (problem.line !== driver.lines.from || problem.message.includes(`"${key}"`))) ||
        (line === undefined && problem.message.startsWith(missing)),
    );
  }

  /** What is to be said about the driver, and not at one of its fields. */
  #rest(driver: OutlineDriver, fields: readonly CatalogueField[]): readonly ConfigProblem[] {
    const atFields = new Set(fields.flatMap(({ key }) => this.#problemsAt(driver, key)));
    return this.#own(driver).filter((problem) => !atFields.has(problem));
  }

  #own({ lines, children }: OutlineDriver): readonly ConfigProblem[] {
    return this.problems.filter(
      ({ line }) =>
        line >= lines.from &&
        line <= lines.to &&
        !children.some((child) => line >= child.lines.from && line <= child.lines.to),
    );
  }

  #set(field: CatalogueField, text: string): void {
    const read = readField(field, text);
    const refused = new Map(this.refused);
    if (read.ok) refused.delete(field.key);
    else refused.set(field.key, read.reason);
    this.refused = refused;
    if (read.ok) this.#say({ kind: "config", key: field.key, value: read.value });
  }

  #say(setting: Setting): void {
    this.dispatchEvent(new CustomEvent("setting-changed", { detail: setting }));
  }
}

function chosenValue({ target }: Event): string {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement ? target.value : "";
}

customElements.define("jumptab-driver-form", DriverForm);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-driver-form": DriverForm;
  }
  interface HTMLElementEventMap {
    "setting-changed": CustomEvent<Setting>;
  }
}
