namespace Propolis.Vmm.Devices.Nvme;

/// <summary>A completion queue at rest.</summary>
readonly record struct CompletionQueueState(ushort Id, ulong BaseAddress, uint Size, ushort Vector, bool HasInterrupts, uint Head, uint Tail, bool Phase);
