namespace Propolis.Vmm.Devices.Nvme;

/// <summary>A submission queue at rest.</summary>
readonly record struct SubmissionQueueState(ushort Id, ulong BaseAddress, uint Size, ushort CompletionQueueId, uint Head, uint Tail);
