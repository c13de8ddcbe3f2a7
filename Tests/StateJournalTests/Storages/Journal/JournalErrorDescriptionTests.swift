import FileIO
import StateJournal
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("What errors of a journal say") struct JournalErrorDescriptionTests {
  static let failure = IOFailure(.sync, path: "state/1.journal", code: 5)

  static let table: [(JournalError, String)] = [
    (
      JournalError(failure),
      "sync state/1.journal: Input/output error (errno 5); "
        + "the disk or its connection is failing: look into the kernel's log before trying again"
    ),
    (
      JournalError(
        .poisoned(failure), file: "state/1.journal", sequence: LogSequenceNumber(17),
        detail: "reopen it"),
      """
      a write or sync failed (sync state/1.journal: Input/output error (errno 5)), \
      from commit 17 on; reopen it
      """
    ),
    (
      JournalError(
        .damage(.record), file: "jobs/state/1.journal", offset: 4096,
        sequence: LogSequenceNumber(17), lastSequence: LogSequenceNumber(20),
        detail: "a later commit says that this one was durable"),
      """
      damaged record: jobs/state/1.journal at offset 4096, commits 17 to 20: a later \
      commit says that this one was durable. Nothing was changed; `journal-tool verify \
      jobs/state` lists everything that is damaged
      """
    ),
    (
      JournalError(
        .damage(.watermark), file: "WATERMARK", sequence: LogSequenceNumber(3),
        lastSequence: LogSequenceNumber(3)),
      """
      damaged watermark: WATERMARK, commit 3. Nothing was changed; `journal-tool \
      verify .` lists everything that is damaged
      """
    ),
    (
      JournalError(
        .locked(
          JournalError.LockOwner(processID: 4711, host: "worker-3", openedAt: 1_715_934_600)),
        file: "state", detail: "stop the owner"),
      """
      state is in use by process 4711 on worker-3 since 2024-05-17T08:30:00Z; stop the \
      owner
      """
    ),
    (
      JournalError(.locked(nil), file: "state"),
      """
      state is in use by a process that has not left its name yet; stop the owner, or \
      try again later
      """
    ),
    (
      JournalError(.newerFormat(version: 9), file: "state/1.journal"),
      """
      state/1.journal has format version 9, which is newer than this program; use a \
      release that knows this version, nothing was changed
      """
    ),
    (JournalError(.notFound, file: "state"), "state was not found; check the path"),
    (JournalError(.notAStore, file: "state"), "state holds no journal; check the path"),
    (
      JournalError(.unreachable, file: "state", sequence: LogSequenceNumber(9), detail: "wait"),
      "state does not reach commit 9; wait"
    ),
    (
      JournalError(.tooLarge, file: "state"),
      "too large to be kept in state; write it in several parts"
    ),
    (JournalError(.closed, file: "state"), "the journal in state is closed; open it again"),
    (
      JournalError(.unsettled, file: "state"),
      "state could not be read; files came and went, try again"
    ),
  ]

  @Test("An error says what happened, where, and what to do next", arguments: table)
  func descriptions(error: JournalError, expected: String) {
    #expect(error.description == expected)
  }

  @Test("A full disk is named as such, and what to do")
  func fullDisk() {
    let error = JournalError(IOFailure(.write, path: "x", code: IOFailure.noSpaceCode))
    #expect(error.description.hasPrefix("the disk is full (write x: "))
    #expect(
      error.description.hasSuffix("; free some space and try again, what was acknowledged is safe"))
  }

  @Test("Who opens what is open learns whose it is")
  func lockOwner() async throws {
    let files = SimulatedFileSystem(seed: 51)
    let storage = try await JournalStateStorage.open("state", in: files)
    do throws(JournalError) {
      _ = try await JournalStateStorage.open("state", in: files)
      Issue.record("a directory was opened twice")
    } catch {
      guard case .locked(let owner?) = error.reason else { throw error }
      #expect(owner.processID == ProcessIdentity.current.processIdentifier)
      #expect(error.description.hasPrefix("state is in use by process \(owner.processID) on "))
    }
    try await storage.close()
    try await JournalStateStorage.open("state", in: files).close()
  }

  @Test(
    "Times are written as dates of the Gregorian calendar in UTC",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
      (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
      (951_868_800, "2000-03-01T00:00:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
      (4_107_542_399, "2100-02-28T23:59:59Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
      (-62_167_219_200, "0000-01-01T00:00:00Z"), (1_735_689_599, "2024-12-31T23:59:59Z"),
      (.max, "9223372036854775807 seconds since 1970"),
      (.min, "-9223372036854775808 seconds since 1970"),
    ] as [(Int64, String)])
  func times(seconds: Int64, expected: String) {
    #expect(UTCTime(secondsSince1970: seconds).description == expected)
  }
}
