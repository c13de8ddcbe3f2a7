import Foundation
import Testing

@testable import FileIO

/// The kernel tells one caller of a write that the device refused, by whatever number, and only once.
@Suite("A failed write is passed on by the call that was told of it")
struct FailedWriteTests {
  private func failure(_ code: Int32) -> IOFailure {
    IOFailure(.writeOut, path: "file", code: code)
  }

  @Test(
    "P5: a write-out that waits passes on a failure whose number stands for a missing call as well",
    arguments: [ENOSYS, EINVAL, ESPIPE, EPERM, ENOTSUP])
  func ambiguous(code: Int32) throws {
    var calls: [Bool] = []
    let error = #expect(throws: IOFailure.self) {
      try POSIXFile.hint(waiting: true) { waits throws(IOFailure) in
        calls.append(waits)
        if waits { throw failure(code) }
      }
    }
    #expect(error?.code == code)
    #expect(calls == [true, false])
    // Refused whether or not it waits: there is no such call, and nothing was lost.
    for waiting in [true, false] {
      try POSIXFile.hint(waiting: waiting) { _ throws(IOFailure) in throw failure(code) }
    }
  }

  @Test("P5: every other failure is passed on at once", arguments: [EIO, ENOSPC, EDQUOT, EINTR])
  func plain(code: Int32) {
    for waiting in [true, false] {
      var callCount = 0
      let error = #expect(throws: IOFailure.self) {
        try POSIXFile.hint(waiting: waiting) { _ throws(IOFailure) in
          callCount += 1
          throw failure(code)
        }
      }
      #expect(error?.code == code)
      #expect(callCount == 1)
    }
  }

  @Test("P5: a call that tells of failed writes is not made again when it was interrupted")
  func interrupted() throws {
    var callCount = 0
    func call() -> Int32 {
      callCount += 1
      errno = EINTR
      return callCount < 3 ? -1 : 0
    }
    let error = #expect(throws: IOFailure.self) {
      try systemCall(.sync, path: "file", retriesInterrupted: false, call)
    }
    #expect(error?.code == EINTR)
    #expect(callCount == 1)
    // Others are.
    #expect(try systemCall(.read, path: "file", call) == 0)
    #expect(callCount == 3)
  }
}
