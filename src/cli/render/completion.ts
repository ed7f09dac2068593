import { type Command, type Flags, globalFlags } from "../command.ts";
import { flagName } from "../parse-arguments.ts";

/** A completion script made from the command table; function names come from `brig list -q` when Tab is pressed. */
export function renderCompletion(shell: "bash" | "zsh" | "fish", commands: readonly Command[]): string {
  switch (shell) {
    case "bash":
      return renderBash(commands);
    case "zsh":
      return `#compdef brig brig-build brig-test\nautoload -U +X bashcompinit && bashcompinit\n${renderBash(commands)}`;
    case "fish":
      return renderFish(commands);
  }
}

function renderBash(commands: readonly Command[]): string {
  const cases = commands.map(
    (command) => `    ${command.name}) words="${flagWords(command.flags)} ${argumentWords(command)}" ;;`,
  );
  return `# brig completion for bash: eval "$(brig completion bash)"
_brig() {
  local current="\${COMP_WORDS[COMP_CWORD]}" verb="" before="" word words
  case "\${COMP_WORDS[0]##*/}" in
    brig-build) verb=build ;;
    brig-test) verb=test ;;
    *)
      for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$before" in ${valueFlags(globalFlags)}) before="" ; continue ;; esac
        case "$word" in -*) before="$word" ;; *) verb="$word"; break ;; esac
      done ;;
  esac
  case "$verb" in
    "") words="${commands.map(({ name }) => name).join(" ")} ${flagWords(globalFlags)}" ;;
${cases.join("\n")}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _brig brig brig-build brig-test
`;
}

function renderFish(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => {
    const seen = `__fish_seen_subcommand_from ${command.name}`;
    const names =
      command.positional?.name === "FUNCTION"
        ? [`complete -c brig -n '${seen}' -a '(brig list -q 2>/dev/null)'`]
        : [];
    const choices = command.positional?.choices;
    return [
      `complete -c brig -n __fish_use_subcommand -a ${command.name} -d '${quote(command.summary)}'`,
      ...names,
      ...(choices ? [`complete -c brig -n '${seen}' -a '${choices.join(" ")}'`] : []),
      ...renderFishFlags(command.flags, ` -n '${seen}'`),
    ];
  });
  return [
    "# brig completion for fish",
    "complete -c brig -f",
    ...renderFishFlags(globalFlags, ""),
    ...lines,
    "complete -c brig-build -w 'brig build'",
    "complete -c brig-test -w 'brig test'",
    "",
  ].join("\n");
}

function renderFishFlags(flags: Flags, condition: string): string[] {
  return Object.entries(flags).map(([name, { short, kind, summary, choices }]) => {
    const letter = short ? ` -s ${short}` : "";
    const value = kind === "boolean" ? "" : choices ? ` -x -a '${choices.join(" ")}'` : " -r";
    return `complete -c brig${condition} -l ${flagName(name)}${letter}${value} -d '${quote(summary)}'`;
  });
}

function flagWords(flags: Flags): string {
  return Object.keys({ ...flags, ...globalFlags })
    .map((name) => `--${flagName(name)}`)
    .join(" ");
}

/** The flags that the next word belongs to, as a pattern of `case`. */
function valueFlags(flags: Flags): string {
  return Object.entries(flags)
    .filter(([, { kind }]) => kind !== "boolean")
    .flatMap(([name, { short }]) => [`--${flagName(name)}`, ...(short ? [`-${short}`] : [])])
    .join("|");
}

function argumentWords({ positional }: Command): string {
  if (positional?.name === "FUNCTION") return "$(brig list -q 2>/dev/null)";
  return positional?.choices?.join(" ") ?? "";
}

function quote(text: string): string {
  return text.replaceAll("'", "\\'");
}
