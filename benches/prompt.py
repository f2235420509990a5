#!/usr/bin/env python3
"""Measures what a hook adds to each prompt of a real interactive shell, for nexus-env, direnv and mise, interleaved in
one run, against no hook and against a hook that runs /bin/true. Prints medians and ratios; README.md says how to read them.

    benches/prompt.py [--rounds N] [--shells bash,zsh,fish] [--variables 10,200] [--tools direnv,mise]
"""

import argparse
import os
import pty
import re
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
DEPTH = "one/two/three/four/five"
STEPS = ["outside", "enter", "inside", "reload", "leave"]
MARK = re.compile(rb"<N(\d+)X>")

# The mark of a prompt is split, so that no echo of the start-up file can match.
PROMPTS = {
    "bash": "unset HISTFILE; n=0; PS1='<N$((++n))''X>'; bind 'set enable-bracketed-paste off'\n",
    "zsh": "unset HISTFILE zle_bracketed_paste; unsetopt PROMPT_SP PROMPT_CR; setopt PROMPT_SUBST; typeset -i n=0\n"
    "PS1='<N${n}''X>'; _n() { (( ++n )) }; precmd_functions+=(_n)\n",
    "fish": "set -g fish_greeting; set -g fish_history ''; set -g fish_autosuggestion_enabled 0; set -g n 0\n"
    "function _n --on-event fish_prompt; set -g n (math $n + 1); end\n"
    "function fish_prompt; printf '<N%s%s' $n 'X>'; end\nfunction fish_title; end\n",
}
START_UP = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
WORDS = {"bash": ["--noprofile", "-i"], "zsh": ["-d", "-i"], "fish": ["-i"]}
TRUE_HOOK = {
    "bash": "PROMPT_COMMAND='eval \"$(/bin/true)\"'\n",
    "zsh": "_true() { eval \"$(/bin/true)\" }; precmd_functions+=(_true)\n",
    "fish": "function _true --on-event fish_prompt; /bin/true | source; end\n",
}


class Tool:
    """How one loader is set up in a repository: each writes VALUE into the variable V0, beside the others."""

    def __init__(self, name, program):
        self.name, self.program = name, program

    def hook(self, shell):
        return ""

    def write(self, repo, value, count, environment):
        pass

    def value(self, value):
        """What the shell must have inside; None for a tool that loads nothing."""
        return None


class TrueHook(Tool):
    def hook(self, shell):
        return TRUE_HOOK[shell]


class NexusEnv(Tool):
    def hook(self, shell):
        return "nexus-env hook fish | source\n" if shell == "fish" else f'eval "$(nexus-env hook {shell})"\n'

    def write(self, repo, value, count, environment):
        run = lambda *words, **more: subprocess.run(
            [self.program, *words], cwd=repo, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more
        )
        if not (repo / ".nexusenv").exists():
            (repo / ".nexusenv").write_text('id = "0123456789abcdef"\ndefault = "dev"\n[env.dev]\n')
            (repo / ".nexusenv.local").write_text("")
            run("init")
            run("allow")
            values = repo.parent / "values"
            values.write_text("".join(f"V{i}=value-{i}\n" for i in range(1, count)))
            run("import", str(values))
        run("set", "V0", "-e", "dev", input=value.encode())

    def value(self, value):
        return value


def rewrite(path, text):
    """Gives each content a later second than all that was loaded: direnv compares whole seconds, and mise looks for a
    file that is newer than its last load. Without this both would miss an edit within the same second."""
    before = max(path.stat().st_mtime if path.exists() else 0, time.time())
    path.write_text(text)
    os.utime(path, (before + 2, before + 2))


class Direnv(NexusEnv):
    def hook(self, shell):
        return "direnv hook fish | source\n" if shell == "fish" else f'eval "$(direnv hook {shell})"\n'

    def write(self, repo, value, count, environment):
        lines = [f"export V0={value}\n"] + [f"export V{i}=value-{i}\n" for i in range(1, count)]
        rewrite(repo / ".envrc", "".join(lines))
        subprocess.run([self.program, "allow"], cwd=repo, env=environment, check=True)


class Mise(NexusEnv):
    def hook(self, shell):
        return "mise activate fish | source\n" if shell == "fish" else f'eval "$(mise activate {shell})"\n'

    def write(self, repo, value, count, environment):
        lines = ["[env]\n", f'V0 = "{value}"\n'] + [f'V{i} = "value-{i}"\n' for i in range(1, count)]
        rewrite(repo / "mise.toml", "".join(lines))
        subprocess.run([self.program, "trust", "--quiet"], cwd=repo, env=environment, check=True)


class Session:
    """One interactive shell on a pseudo-terminal, with one tool's hook in its start-up file."""

    def __init__(self, shell, tool, count):
        self.shell, self.tool, self.count = shell, tool, count
        self.base = Path(tempfile.mkdtemp(prefix="nexus-env-bench-"))
        home = self.base / "home"
        self.repo = home / DEPTH / "repo"
        self.repo.mkdir(parents=True)
        bin_directory = self.base / "bin"
        bin_directory.mkdir()
        if tool.program:
            (bin_directory / tool.name).symlink_to(tool.program)
        self.environment = {
            "HOME": str(home),
            "PATH": f"{bin_directory}:/usr/local/bin:/usr/bin:/bin",
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(self.base),
            "DIRENV_LOG_FORMAT": "",
            "MISE_QUIET": "1",
            "MISE_OFFLINE": "1",
        }
        start_up = home / START_UP[shell]
        start_up.parent.mkdir(parents=True, exist_ok=True)
        start_up.write_text(PROMPTS[shell] + tool.hook(shell))
        tool.write(self.repo, "first", count, self.environment)
        self.seen, self.number = b"", 0
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(self.repo.parent)
            os.execve(shutil.which(shell), [shell, *WORDS[shell]], self.environment)
        self.read_prompt()
        self.rounds = 0

    def read_prompt(self):
        """Reads up to a prompt with a number that was not seen before; the time at which it had come."""
        deadline = time.monotonic() + 60
        while True:
            marks = [int(mark) for mark in MARK.findall(self.seen)]
            if any(number > self.number for number in marks):
                now = time.perf_counter()
                self.number = max(marks)
                self.text, self.seen = self.seen, b""
                # What a shell draws after its prompt belongs to this step, not to the next.
                while select.select([self.terminal], [], [], 0.002)[0]:
                    self.answer(os.read(self.terminal, 65536))
                return now
            if not select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                sys.exit(f"{self.shell} with {self.tool.name} does not answer:\n{self.seen.decode(errors='replace')}")
            data = os.read(self.terminal, 65536)
            self.seen += data
            self.answer(data)

    def answer(self, data):
        """fish 4 and others ask what the terminal is, and wait."""
        if b"\x1b[c" in data:
            os.write(self.terminal, b"\x1b[?62;c")
        if b"\x1b[6n" in data:
            os.write(self.terminal, b"\x1b[1;1R")

    def types(self, line):
        """Milliseconds from the return key to the next prompt."""
        os.write(self.terminal, line.encode())
        # The line editor draws what was typed; only then the return key is pressed.
        while select.select([self.terminal], [], [], 0.01)[0]:
            self.answer(os.read(self.terminal, 65536))
        start = time.perf_counter()
        os.write(self.terminal, b"\r")
        return (self.read_prompt() - start) * 1000

    def expects(self, step, value):
        """Fails when the step did not do what it is measured for."""
        self.types("echo \"(${V0-none})\"" if self.shell != "fish" else 'set -q V0; and echo "($V0)"; or echo "(none)"')
        shown = self.text.decode(errors="replace")
        wanted = f"({value or 'none'})"
        if wanted not in shown.split("\n", 1)[-1]:
            sys.exit(f"{self.shell} with {self.tool.name}: after `{step}` V0 is not {wanted}:\n{shown}")

    def round(self, times):
        """All steps once, each checked; appends milliseconds to `times[step]`."""
        self.rounds += 1
        value = f"round-{self.rounds}"
        inside = self.tool.value
        self.tool.write(self.repo, value, self.count, self.environment)
        self.types("")
        times["outside"].append(self.types(""))
        times["enter"].append(self.types("cd repo"))
        self.expects("enter", inside(value))
        # Files younger than a clock's grain are looked at once more; that is a step of its own, not measured here.
        self.types("")
        times["inside"].append(self.types(""))
        self.tool.write(self.repo, value + "-new", self.count, self.environment)
        times["reload"].append(self.types(""))
        self.expects("reload", inside(value + "-new"))
        times["leave"].append(self.types("cd .."))
        self.expects("leave", None)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)
        shutil.rmtree(self.base, ignore_errors=True)


def find_tools(wanted):
    nexus_env = TOP / "target/x86_64-unknown-linux-gnu/release/nexus-env"
    nexus_env = Path(os.environ.get("NEXUS_ENV", nexus_env)).resolve()
    if not nexus_env.exists():
        sys.exit("first: cargo build --release (or NEXUS_ENV=the program to measure)")
    tools = [Tool("none", None), TrueHook("true", None), NexusEnv("nexus-env", nexus_env)]
    places = {"direnv": Direnv, "mise": Mise}
    for name in wanted:
        installed = TOP / "target/bench/node_modules/@jdxcode/mise-linux-x64/bin/mise" if name == "mise" else None
        program = shutil.which(name) or (installed if installed and installed.exists() else None)
        if program is None:
            sys.exit(f"{name} is missing; benches/README.md says where to get it")
        tools.append(places[name](name, program))
    return tools


def measure(shell, count, tools, rounds):
    sessions = [Session(shell, tool, count) for tool in tools]
    times = {tool.name: {step: [] for step in STEPS} for tool in tools}
    try:
        for number in range(rounds + 1):
            # Each round begins with another tool; the first warms up and is forgotten.
            turn = number % len(sessions)
            for session in sessions[turn:] + sessions[:turn]:
                scratch = {step: [] for step in STEPS}
                session.round(times[session.tool.name] if number else scratch)
    finally:
        for session in sessions:
            session.close()
    return {name: {step: statistics.median(own) for step, own in steps.items()} for name, steps in times.items()}


def report(shell, count, medians):
    print(f"\n{shell}, {count} variables: milliseconds added per step, and how many times nexus-env's")
    others = [name for name in medians if name not in ("none", "nexus-env")]
    print(f"{'step':10}{'no hook':>10}{'nexus-env':>12}" + "".join(f"{name:>20}" for name in others))
    for step in STEPS:
        none = medians["none"][step]
        own = medians["nexus-env"][step] - none
        row = f"{step:10}{none:10.2f}{own:12.2f}"
        for name in others:
            added = medians[name][step] - none
            row += f"{added:11.2f}" + (f"{added / own:8.1f}x" if own > 0 else f"{'-':>9}")
        print(row, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--shells", default="bash,zsh,fish")
    parser.add_argument("--variables", default="10,200")
    parser.add_argument("--tools", default="direnv,mise")
    options = parser.parse_args()
    tools = find_tools([name for name in options.tools.split(",") if name])
    for count in map(int, options.variables.split(",")):
        for shell in options.shells.split(","):
            report(shell, count, measure(shell, count, tools, options.rounds))


if __name__ == "__main__":
    main()
