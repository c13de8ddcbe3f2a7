// The doors that libFuzzer comes in by (https://llvm.org/docs/LibFuzzer.html): one target, named by
// JOURNAL_FUZZ_TARGET, takes each input that libFuzzer makes up by the edges that it covers.

import Glibc

@testable import FuzzTargets

private let target: any FuzzTarget = {
  let name = getenv("JOURNAL_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTargets.named(name) else {
    // There is no one to return an error to: libFuzzer calls this, and `run` beside it sets the name.
    fatalError("JOURNAL_FUZZ_TARGET names no target: \"\(name)\"")
  }
  return target
}()

@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var behaviour = Behaviour()
  do {
    try target.run(Array(UnsafeBufferPointer(start: bytes, count: count)), &behaviour)
  } catch {
    // libFuzzer keeps the input of a process that dies.
    fatalError("\(error)")
  }
  return 0
}

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int, _ limit: Int) -> Int

/// Changes an input as libFuzzer does by itself, and makes its checksums right again, which it would
/// hardly ever hit. Inputs begin as the target's seeds.
@c(LLVMFuzzerCustomMutator)
public func mutate(
  _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
  guard let bytes else { return 0 }
  var input: [UInt8]
  if count <= 1, !target.seeds.isEmpty {
    input = target.seeds[Int(seed) % target.seeds.count]
  } else {
    let changed = mutateBytes(bytes, count, limit)
    input = Array(UnsafeBufferPointer(start: bytes, count: changed))
  }
  // Now and then a wrong checksum stays.
  if seed % 16 != 0 { target.repair(&input) }
  let taken = min(input.count, limit)
  for index in 0..<taken { bytes[index] = input[index] }
  return taken
}
