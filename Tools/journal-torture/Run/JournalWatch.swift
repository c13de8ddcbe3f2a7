import StateJournal

/// Looks at the journal of a job between its lives, with the verdict of `journal-tool verify`.
struct JournalWatch {
  let directory: String
  /// Whether the journal has been there: from then on it must stay.
  private var wasThere = false

  init(_ directory: String) { self.directory = directory }

  /// Checks every byte of the journal; a job that was killed may leave a torn tail, and nothing
  /// worse.
  ///
  /// - Returns: what is wrong; nil when all is well, or the job has not made a journal yet.
  mutating func violation() -> String? {
    do throws(JournalError) {
      let verification = try JournalInspector(directory).verify()
      wasThere = true
      guard let worst = verification.findings.first, worst.severity >= .unreadable else {
        return nil
      }
      let place = worst.offset.map { "\(worst.file) at offset \($0)" } ?? worst.file
      let others = verification.findings.count - 1 + verification.unlistedFindingCount
      return "\(worst.kind), \(place): \(worst.detail)"
        + (worst.advice.isEmpty ? "" : "; \(worst.advice)")
        + (others > 0 ? " (and \(others) more: journal-tool verify \(directory))" : "")
    } catch {
      switch error.reason {
      case .notFound, .notAStore: return wasThere ? "it is gone: \(error)" : nil
      default: return "\(error)"
      }
    }
  }

  /// Whether there is a journal by now.
  var isThere: Bool { wasThere }
}
