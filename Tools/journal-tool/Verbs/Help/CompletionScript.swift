/// A script for a shell that completes the command line: it asks the tool, and so knows the verbs of
/// whichever release is there.
enum CompletionScript {
  enum Shell: String, CaseIterable {
    case bash
    case zsh
    case fish
  }

  /// The line, among the words that the tool answers with, by which it says that a file may stand there.
  static let file = "/"

  static func text(for shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  /// A candidate as the script of the shell takes it.
  ///
  /// - Parameter keptByteCount: how much of it stands there already, before what the shell replaces.
  static func line(
    _ candidate: Completion.Candidate, keeping keptByteCount: Int, for shell: Shell
  ) -> String {
    let word = String(decoding: candidate.word.utf8.dropFirst(keptByteCount), as: UTF8.self)
    if candidate.help.isEmpty, shell != .zsh { return word }
    switch shell {
    case .bash: return word
    case .fish: return word + "\t" + candidate.help
    case .zsh:
      // A colon ends the word in what `_describe` takes.
      let escaped = word.split(separator: ":", omittingEmptySubsequences: false)
        .joined(separator: "\\:")
      return candidate.help.isEmpty ? escaped : escaped + ":" + candidate.help
    }
  }

  private static let bash = #"""
    # Completion of journal-tool for bash: source <(journal-tool completion bash)
    _journal_tool() {
      local IFS=$'\n' line word="${COMP_WORDS[COMP_CWORD]}" tool="${COMP_WORDS[0]/#\~/$HOME}"
      COMPREPLY=()
      for line in $("$tool" completion bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
        if [[ $line == / ]]; then
          compopt -o filenames 2>/dev/null
          if [[ $word == = ]]; then word=""; fi
          COMPREPLY+=($(compgen -f -- "$word"))
        else
          COMPREPLY+=("$line")
        fi
      done
    }
    complete -F _journal_tool journal-tool

    """#

  private static let zsh = #"""
    #compdef journal-tool
    # Completion of journal-tool for zsh: source <(journal-tool completion zsh)
    _journal_tool() {
      local -a lines options rows
      local line takes_file="" tool="${words[1]/#\~/$HOME}"
      lines=("${(@f)$("$tool" completion zsh -- "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
      for line in "${lines[@]}"; do
        case $line in
          /) takes_file=1 ;;
          -*) options+=("$line") ;;
          ?*) rows+=("$line") ;;
        esac
      done
      if (( ${#options} )); then _describe -o option options; fi
      if (( ${#rows} )); then _describe word rows; fi
      if [[ -n $takes_file ]]; then
        if [[ $PREFIX == -*=* ]]; then compset -P '*='; fi
        _files
      fi
    }
    if [[ $funcstack[1] == _journal_tool ]]; then
      _journal_tool "$@"
    elif (( $+functions[compdef] )); then
      compdef _journal_tool journal-tool
    fi

    """#

  private static let fish = #"""
    # Completion of journal-tool for fish
    function __journal_tool
        set -l typed (commandline -opc)
        set -l word (commandline -ct)
        set -l tool (string replace -r '^~' -- $HOME $typed[1])
        for line in ($tool completion fish -- $typed[2..-1] "$word" 2>/dev/null)
            if test "$line" = /
                set -l start (string match -r -- '^-[^=]*=' "$word")
                set -l length (string length -- "$start")
                for path in (__fish_complete_path (string sub -s (math $length + 1) -- "$word"))
                    echo "$start$path"
                end
            else
                echo $line
            end
        end
    end
    complete -c journal-tool -f -a '(__journal_tool)'

    """#
}
