using System.Diagnostics.Metrics;
using Propolis.Server.Instances;
using Propolis.Vmm.Block;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Machine;

namespace Propolis.Server.Metrics;

/// <summary>What the VM's processors and disks do, read from the engine's counters when somebody asks. Disks are told apart by their names in the spec.</summary>
sealed class ServerMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Propolis.Server";

    readonly Meter _meter = new(Name);
    readonly InstanceSlot _slot;

    /// <summary>Makes the instruments.</summary>
    public ServerMeter(InstanceSlot slot)
    {
        _slot = slot;
        _meter.CreateObservableCounter("propolis.vcpu.exits", VcpuExits, "{exit}", "Exits from the guest, by kind, of all vCPUs.");
        _meter.CreateObservableCounter("propolis.vcpu.unclaimed_accesses", UnclaimedAccesses, "{access}", "Guest accesses that no device answered.");
        _meter.CreateObservableCounter("propolis.disk.operations", () => Disks(Operations), "{operation}", "Requests of the guest that ended well.");
        _meter.CreateObservableCounter("propolis.disk.failures", () => Disks(Failures), "{operation}", "Requests of the guest that failed.");
        _meter.CreateObservableCounter("propolis.disk.io", () => Disks(Bytes), "By", "Bytes that the guest read and wrote.");
        _meter.CreateObservableGauge("propolis.vm.state", State, description: "1 for the state that the VM is in.");
    }

    MachineHardware? Hardware => _slot.CurrentOrNone?.Engine?.Hardware;

    /// <summary>Ends the instruments.</summary>
    public void Dispose() => _meter.Dispose();

    IEnumerable<Measurement<long>> VcpuExits()
    {
        if (Hardware is not { } hardware) yield break;
        foreach (var kind in Enum.GetValues<VmExitKind>())
        {
            var count = hardware.Vcpus.Sum(vcpu => vcpu.Counters.Exits(kind));
            if (count > 0) yield return new Measurement<long>(count, Tag("kind", kind));
        }
    }

    IEnumerable<Measurement<long>> UnclaimedAccesses()
    {
        if (Hardware is { } hardware) yield return new Measurement<long>(hardware.Vcpus.Sum(vcpu => vcpu.Counters.Unclaimed));
    }

    IEnumerable<Measurement<long>> Disks(Func<string, BlockCounters, IEnumerable<Measurement<long>>> measure)
    {
        if (_slot.CurrentOrNone is not { } instance) return [];
        return instance.Disks.SelectMany(disk => CountersOf(disk.Value) is { } counters ? measure(disk.Key, counters) : []);
    }

    static IEnumerable<Measurement<long>> Operations(string disk, BlockCounters counters) =>
        Enum.GetValues<BlockOperation>().Select(operation => new Measurement<long>(counters.Operations(operation), Tag("disk", disk), Tag("operation", operation)));

    static IEnumerable<Measurement<long>> Failures(string disk, BlockCounters counters) =>
        Enum.GetValues<BlockOperation>().Select(operation => new Measurement<long>(counters.Failures(operation), Tag("disk", disk), Tag("operation", operation)));

    static IEnumerable<Measurement<long>> Bytes(string disk, BlockCounters counters) =>
    [
        new(counters.BytesRead, Tag("disk", disk), Tag("direction", "read")),
        new(counters.BytesWritten, Tag("disk", disk), Tag("direction", "write")),
    ];

    IEnumerable<Measurement<int>> State()
    {
        if (_slot.CurrentOrNone is { } instance) yield return new Measurement<int>(1, Tag("state", instance.States.Current.State));
    }

    static BlockCounters? CountersOf(IBlockBackend disk) => ((disk is DetachableBackend outer ? outer.Inner : disk) as IBlockCounters)?.Counters;

    static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value.ToString()!.ToLowerInvariant());
}
