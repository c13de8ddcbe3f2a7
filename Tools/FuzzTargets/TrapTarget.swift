/// A decoder with a planted mistake, to see the fuzzer find it: it believes an offset that it reads,
/// and traps where that leads out of the input.
struct TrapTarget: FuzzTarget {
  let name = "trap"
  let seeds: [[UInt8]] = [[0x4C, 1, 7]]
  let maximumByteCount = 64

  func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation) {
    behaviour.note(magnitude: input.count)
    guard input.count >= 3, input[0] == 0x4C else { return }
    behaviour.note(1)
    let byte = input[1 + Int(input[1])]
    behaviour.note(UInt64(byte))
  }
}
