/// A script for a shell that completes the command line, made from the table of verbs.
struct CompletionScript {
  enum Shell: String, CaseIterable {
    case bash
    case zsh
    case fish
  }

  private let verbs: [Verb]

  init(_ verbs: [Verb]) { self.verbs = verbs }

  func text(for shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  /// The first words, each once, with what they do; `help` is no verb of the table.
  private var firstWords: [(word: String, summary: String)] {
    var words: [(String, String)] = [("help", "says how to use a verb")]
    for verb in verbs {
      let word = String(verb.name.prefix { $0 != " " })
      if words.contains(where: { $0.0 == word }) { continue }
      words.append((word, word == verb.name ? verb.summary : "goes on: \(secondWords(word))"))
    }
    return words
  }

  /// What may stand behind the first word of a family.
  private func seconds(_ first: String) -> [(word: String, summary: String)] {
    verbs.filter { $0.name.hasPrefix(first + " ") }.map {
      (String($0.name.dropFirst(first.count + 1)), $0.summary)
    }
  }

  private func secondWords(_ first: String) -> String {
    seconds(first).map(\.word).joined(separator: " ")
  }

  private var families: [String] {
    firstWords.map(\.word).filter { !seconds($0).isEmpty }
  }

  /// The words that can stand behind a verb in place of a file: `bash`, `zsh` and `fish`.
  private func choices(_ verb: Verb) -> [String] {
    verb.operands.first?.name == "SHELL" ? Shell.allCases.map(\.rawValue) : []
  }

  private func names(of options: [Verb.Option]) -> String {
    options.flatMap { [$0.name] + ($0.short.map { [$0] } ?? []) }.joined(separator: " ")
  }

  private var bash: String {
    var text = """
      # Completion of journal-tool for bash: source <(journal-tool completion bash)
      _journal_tool() {
        local word="${COMP_WORDS[COMP_CWORD]}" verb="${COMP_WORDS[1]:-}" at=2 options choices=""
        COMPREPLY=()
        if ((COMP_CWORD == 1)); then
          COMPREPLY=($(compgen -W "\(firstWords.map(\.word).joined(separator: " ")) --version --help" -- "$word"))
          return
        fi
        if [[ $verb == help ]]; then
          verb="${COMP_WORDS[2]:-}" at=3
          if ((COMP_CWORD == 2)); then
            COMPREPLY=($(compgen -W "\(firstWords.map(\.word).joined(separator: " "))" -- "$word"))
            return
          fi
        fi
        case "$verb" in

      """
    for family in families {
      text += """
            \(family))
              if ((COMP_CWORD == at)); then
                COMPREPLY=($(compgen -W "\(secondWords(family))" -- "$word"))
                return
              fi
              verb="$verb ${COMP_WORDS[at]}" ;;

        """
    }
    text += "  esac\n  case \"$verb\" in\n"
    for verb in verbs {
      let choices = choices(verb).joined(separator: " ")
      text +=
        "    \"\(verb.name)\") options=\"\(names(of: verb.allOptions))\""
        + (choices.isEmpty ? "" : " choices=\"\(choices)\"") + " ;;\n"
    }
    return text + """
          *) return ;;
        esac
        if [[ ${COMP_WORDS[1]:-} == help ]]; then return; fi
        if [[ $word == -* ]]; then
          COMPREPLY=($(compgen -W "$options" -- "$word"))
        elif [[ -n $choices ]]; then
          COMPREPLY=($(compgen -W "$choices" -- "$word"))
        else
          compopt -o filenames 2>/dev/null
          local IFS=$'\\n'
          COMPREPLY=($(compgen -f -- "$word"))
        fi
      }
      complete -F _journal_tool journal-tool

      """
  }

  private var zsh: String {
    func described(_ rows: [(word: String, summary: String)]) -> String {
      rows.map { row in
        Self.singleQuoted(
          row.word.replacingColons + ":" + row.summary)
      }.joined(separator: " ")
    }
    var text = """
      #compdef journal-tool
      # Completion of journal-tool for zsh: source <(journal-tool completion zsh)
      _journal_tool() {
        local -a verbs rows
        local verb="${words[2]}" at=3
        verbs=(\(described(firstWords)))
        if (( CURRENT == 2 )); then _describe verb verbs; return; fi
        if [[ $verb == help ]]; then
          verb="${words[3]}" at=4
          if (( CURRENT == 3 )); then _describe verb verbs; return; fi
        fi
        case "$verb" in

      """
    for family in families {
      text += """
            \(family))
              rows=(\(described(seconds(family))))
              if (( CURRENT == at )); then _describe verb rows; return; fi
              verb="$verb ${words[at]}" ;;

        """
    }
    text += "  esac\n  if [[ ${words[2]} == help ]]; then return; fi\n  case \"$verb\" in\n"
    for verb in verbs {
      let rows = verb.allOptions.flatMap { option in
        ([option.name] + (option.short.map { [$0] } ?? [])).map { ($0, option.help) }
      }
      let choices = choices(verb).joined(separator: " ")
      text += "    \"\(verb.name)\") rows=(\(described(rows)))"
      text += choices.isEmpty ? "" : "; [[ $PREFIX == -* ]] || { compadd \(choices); return; }"
      text += " ;;\n"
    }
    return text + """
          *) return ;;
        esac
        if [[ $PREFIX == -* ]]; then _describe -o option rows; else _files; fi
      }
      if [[ $funcstack[1] == _journal_tool ]]; then
        _journal_tool "$@"
      elif (( $+functions[compdef] )); then
        compdef _journal_tool journal-tool
      fi

      """
  }

  private var fish: String {
    var text = """
      # Completion of journal-tool for fish

      """
    func line(_ condition: String, _ rest: String) {
      text += "complete -c journal-tool -n \(Self.singleQuoted(condition)) \(rest)\n"
    }
    for (word, summary) in firstWords {
      line("__fish_use_subcommand", "-f -a \(word) -d \(Self.fishQuoted(summary))")
    }
    line("__fish_use_subcommand", "-f -l version -d 'the release'")
    for (word, summary) in firstWords where word != "help" {
      line(
        "__fish_seen_subcommand_from help; and test (count (commandline -opc)) -eq 2",
        "-f -a \(word) -d \(Self.fishQuoted(summary))")
    }
    for family in families {
      for (word, summary) in seconds(family) {
        line(
          "__fish_seen_subcommand_from \(family); and not __fish_seen_subcommand_from "
            + secondWords(family), "-f -a \(word) -d \(Self.fishQuoted(summary))")
      }
    }
    for verb in verbs {
      let condition = verb.name.split(separator: " ").map { "__fish_seen_subcommand_from \($0)" }
        .joined(separator: "; and ")
      for choice in choices(verb) { line(condition, "-f -a \(choice)") }
      for option in verb.allOptions {
        var rest = "-l \(option.name.dropFirst(2))"
        if let short = option.short { rest += " -s \(short.dropFirst(1))" }
        if option.value != nil { rest += " -r" }
        line(condition, rest + " -d \(Self.fishQuoted(option.help))")
      }
    }
    return text
  }

  private static func singleQuoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// In single quotes fish takes a backslash before a quote or a backslash.
  private static func fishQuoted(_ text: String) -> String {
    "'"
      + text.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] }.map(String.init).joined()
      + "'"
  }
}

extension String {
  /// A colon ends the word in what `_describe` takes.
  fileprivate var replacingColons: String {
    split(separator: ":", omittingEmptySubsequences: false).joined(separator: "\\:")
  }
}
