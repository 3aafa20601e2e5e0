using Propolis.Contracts.Specs;
using Propolis.Vmm.Firmware;

namespace Propolis.Server.Machines;

/// <summary>The one place that knows which parts of a correct spec this build cannot run.</summary>
static class SpecSupport
{
    /// <summary>Most vCPUs of a VM.</summary>
    public const int MaxCpus = 32;

    /// <summary>Most memory of a VM in MiB.</summary>
    public const ulong MaxMemoryMiB = MemoryLayout.Device64End / 2 >> 20;

    /// <summary>Faults beyond <see cref="SpecRules"/>: numbers that no machine has.</summary>
    public static IEnumerable<string> Faults(InstanceSpec spec)
    {
        if (spec.Board.Cpus > MaxCpus) yield return $"board.cpus is {spec.Board.Cpus}; at most {MaxCpus} are possible";
        if (spec.Board.MemoryMb > MaxMemoryMiB) yield return $"board.memory_mb is {spec.Board.MemoryMb}; at most {MaxMemoryMiB} are possible";
        foreach (var (key, component) in spec.Components)
        {
            if (component is FileStorageBackend { BlockSize: var size } && (size is < 512 or > 65536 || !ulong.IsPow2(size)))
                yield return $"backend \"{key}\" has a block_size of {size}; it must be a power of two from 512 to 65536";
            if (component is FileStorageBackend { Workers: 0 or > 32 }) yield return $"backend \"{key}\" has wrong workers; 1 to 32 are possible";
        }
    }

    /// <summary>What of the spec this build leaves out, as the end of "this build has no ..."; null when it can run all of it.</summary>
    public static string? Missing(InstanceSpec spec)
    {
        if (spec.Board.GuestHvInterface is HyperVInterface) return "Hyper-V interface for guests";
        foreach (var (key, component) in spec.Components)
        {
            if (component is VirtioSocket) return $"virtio sockets, and \"{key}\" is one";
        }
        return null;
    }
}
