using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>The chip's parts that have state, shared by its command sets and its snapshot.</summary>
sealed record NvmeParts(GuestMemory Memory, NvmeRegisters Registers, NvmeQueues Queues, NvmeFeatures Features, NvmeEvents Events, NvmeErrorLog Errors, NvmeCounters Counters, PowerOnTime PowerOn);
