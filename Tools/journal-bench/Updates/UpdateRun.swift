import StateJournal
import Synchronization

/// Writers that update random streams for some time, each one update at a time.
struct UpdateRun {
  /// What came of it.
  struct Result: Sendable {
    var counts: [UInt64: Int] = [:]
    var latencies = LatencyRecorder()
    var seconds = 0.0
    var cpuMicroseconds = 0.0
    var writeCallByteCount: Double?
    var diskByteCount: Double?

    var updateCount: Int { counts.values.reduce(0, +) }
    var updatesPerSecond: Double { Double(updateCount) / seconds }
  }

  private struct Share: Sendable {
    var writer: UInt64
    var count = 0
    var latencies = LatencyRecorder()
  }

  private final class Shares: Sendable {
    let outcome = Monitor<(shares: [Share], failures: [any Error])>(([], []))

    func add(_ share: Share, _ failure: (any Error)?) {
      outcome.withLock { outcome in
        outcome.shares.append(share)
        if let failure { outcome.failures.append(failure) }
      }
      outcome.notifyAll()
    }
  }

  var writerCount = 1
  var usesTasks = false
  var seconds = 1.0
  /// The number of the first writer, so that runs on one store can be told apart.
  var firstWriter: UInt64 = 1
  var streamCount: Int

  /// Returns when all writers are done. A lone writer works on the calling thread, as the bare loops
  /// do: which processor a new thread comes to makes more of a difference than what is measured.
  func run(on store: some BenchStore) throws -> Result {
    let shares = Shares()
    // Threads wait here until all of them are there; tasks start at once.
    let gate = Monitor<Int64?>(nil)
    let streamCount = streamCount
    let nanoseconds = Int64(seconds * 1e9)
    let isLone = writerCount == 1 && !usesTasks
    var before = ProcessCounters.now
    var start = MonotonicClock.now
    let deadline = start + nanoseconds
    for number in firstWriter..<(firstWriter + UInt64(writerCount)) where !isLone {
      let access = store.access()
      if usesTasks {
        Task {
          var share = Share(writer: number)
          let failure = await Self.work(access, &share, streamCount, until: deadline)
          shares.add(share, failure)
        }
      } else {
        _ = try OwnedThread(name: "writer") {
          var share = Share(writer: number)
          let deadline = gate.wait { $0 }
          let failure = Self.work(access, &share, streamCount, until: deadline)
          shares.add(share, failure)
        }
      }
    }
    if !usesTasks {
      before = ProcessCounters.now
      start = MonotonicClock.now
      gate.withLock { $0 = start + nanoseconds }
      gate.notifyAll()
    }
    if isLone {
      var share = Share(writer: firstWriter)
      let failure = Self.work(store.access(), &share, streamCount, until: start + nanoseconds)
      shares.add(share, failure)
    }
    let (all, failures) = shares.outcome.wait { outcome in
      outcome.shares.count == writerCount ? outcome : nil
    }
    if let failure = failures.first { throw failure }
    var result = Result()
    result.seconds = Double(MonotonicClock.now - start) / 1e9
    let spent = ProcessCounters.now.since(before)
    result.cpuMicroseconds = spent.cpuMicroseconds
    result.writeCallByteCount = spent.writeCallByteCount
    result.diskByteCount = spent.diskByteCount
    for share in all {
      result.counts[share.writer] = share.count
      result.latencies.add(share.latencies)
    }
    return result
  }

  private static func work(
    _ access: some StreamAccess, _ share: inout Share, _ streamCount: Int, until deadline: Int64
  ) -> (any Error)? {
    var access = access
    var number = UpdateNumber(writer: share.writer, index: 0)
    var before = MonotonicClock.now
    do {
      while before < deadline {
        try access.update(number.stream(of: streamCount), to: number)
        // One look at the clock is the end of one update and the beginning of the next.
        let now = MonotonicClock.now
        share.latencies.record(nanoseconds: now - before)
        before = now
        number.index += 1
      }
    } catch {
      return error
    }
    share.count = Int(number.index)
    return nil
  }

  private static func work(
    _ access: some StreamAccess, _ share: inout Share, _ streamCount: Int, until deadline: Int64
  ) async -> (any Error)? {
    var access = access
    var number = UpdateNumber(writer: share.writer, index: 0)
    var before = MonotonicClock.now
    do {
      while before < deadline {
        try await access.updateSuspending(number.stream(of: streamCount), to: number)
        let now = MonotonicClock.now
        share.latencies.record(nanoseconds: now - before)
        before = now
        number.index += 1
      }
    } catch {
      return error
    }
    share.count = Int(number.index)
    return nil
  }
}
