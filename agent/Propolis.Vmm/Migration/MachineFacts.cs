using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Machine;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Migration;

/// <summary>What a machine is, as far as it decides whether a guest fits into it.</summary>
public sealed record MachineFacts
{
    /// <summary>Number of vCPUs.</summary>
    public required int VcpuCount { get; init; }

    /// <summary>Memory map.</summary>
    public required IReadOnlyList<MigratedRegion> Regions { get; init; }

    /// <summary>CPUID leaves of the guest's first vCPU.</summary>
    public required IReadOnlyList<CpuidEntry> Cpuid { get; init; }

    /// <summary>Frequency of the guest's time-stamp counter, kHz.</summary>
    public required uint TscKhz { get; init; }

    /// <summary>State of every part, by name and layout.</summary>
    public required IReadOnlyList<StateKind> States { get; init; }

    /// <summary>Disks.</summary>
    public required IReadOnlyList<MigratedDisk> Disks { get; init; }

    /// <summary>What a built machine is; <paramref name="extras"/> is what the program adds to its state.</summary>
    public static MachineFacts Of(MachineBody machine, StateRegistry extras)
    {
        var hardware = machine.Hardware;
        var traits = hardware.Vm.Traits;
        return new MachineFacts
        {
            VcpuCount = hardware.Processors.Count,
            Regions = [.. hardware.Vm.Memory.Regions.Select(r => new MigratedRegion(r.Address, r.Length, r.Kind))],
            Cpuid = traits.GuestCpuid,
            TscKhz = traits.TscKhz,
            States = [.. hardware.Parts.States.Kinds, .. extras.Kinds.Select(k => k with { Name = ExtraPrefix + k.Name })],
            Disks = [.. hardware.Disks.Select((disk, i) => new MigratedDisk(hardware.DiskNames[i], disk.Geometry))],
        };
    }

    /// <summary>Stands before the names of what the program adds; no part's name holds it.</summary>
    public const string ExtraPrefix = "server/";
}
