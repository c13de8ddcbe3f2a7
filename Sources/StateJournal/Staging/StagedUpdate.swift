/// Stands for changes that have been staged and are neither committed nor discarded yet.
///
/// It can be copied and kept anywhere in the process that staged the changes; it means nothing to
/// another one.
public struct StagedUpdate: Hashable, Sendable {
  let identity: UInt64
}
