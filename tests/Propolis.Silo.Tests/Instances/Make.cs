using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;
using Propolis.Silo.Instances;

namespace Propolis.Silo.Tests.Instances;

/// <summary>Things that tests of rules begin with.</summary>
static class Make
{
    public static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly ClusterOptions Options = new();

    public static readonly SledId Here = SledId.Make("sled-1");

    public static readonly InstanceTemplate Template = new()
    {
        Project = "web",
        Name = "one",
        Spec = new() { Board = new() { Cpus = 2, MemoryMb = 1024, Chipset = new I440Fx { EnablePcie = false } }, Components = new([]) },
    };

    public static readonly InstanceTemplate WithVolume = WithDisk("disk") with { Volumes = [new() { Volume = VolumeId.Make("vol-a"), Backend = "disk" }] };

    public static InstanceTemplate WithDisk(SpecKey backend, params KeyValuePair<SpecKey, Component>[] others)
    {
        var disk = new NvmeDisk { BackendId = backend, PciPath = new() { Bus = 0, Device = 4, Function = 0 }, SerialNumber = new(new byte[20]) };
        return Template with { Spec = Template.Spec with { Components = new([KeyValuePair.Create<SpecKey, Component>("nvme", disk), .. others]) } };
    }

    public static InstanceState Instance(InstanceTemplate? template = null) =>
        InstanceRules.Admit(InstanceRules.Create(null, new() { OperationId = "create", Actor = "u", Template = template ?? Template }, Now).State!, null);

    public static InstanceState Running(InstanceTemplate? template = null, VmmState observed = VmmState.Running, EquatableList<DiskTicket>? tickets = null) => Instance(template) with
    {
        Incarnation = 1,
        Current = new() { Incarnation = 1, Step = VmmStep.Live, Sled = Here, Observed = observed, Sequence = 10, Deadline = Now + Options.StartLimit, Tickets = tickets ?? [] },
    };

    public static DiskTicket Ticket(VolumeKind kind) => new()
    {
        Backend = "disk",
        Volume = VolumeId.Make("vol-a"),
        Generation = 1,
        Template = new() { Project = "web", Name = "a", Kind = kind, SizeBytes = 512, Sled = kind == VolumeKind.File ? Here : null, RequestJson = kind == VolumeKind.Crucible ? "{}" : null },
    };

    public static SledView Sled(string id = "sled-1", int cpus = 16, long memory = 16384, int usedCpus = 0, long usedMemory = 0) => new()
    {
        Id = SledId.Make(id),
        Address = "http://127.0.0.1:1",
        Hypervisor = "kvm",
        Serial = "",
        Model = "",
        Policy = SledPolicy.InService,
        Health = SledHealth.Reachable,
        LastHeard = Now,
        Capacity = new() { Cpus = cpus, MemoryMb = memory },
        Reserved = new() { Cpus = usedCpus, MemoryMb = usedMemory },
        Reservations = [],
        Version = 1,
    };

    public static InstanceStep Next(InstanceState state, params SledView[] sleds) => InstancePlan.Next(state, sleds.ToDictionary(sled => sled.Id), Now, Options);

    public static InstanceState Decide(InstanceState state, params SledView[] sleds) => Assert.IsType<InstanceStep.Decide>(Next(state, sleds)).State;

    public static InstanceState Command(InstanceState state, InstanceAction action, string operation = "op") =>
        InstanceRules.Command(state, new() { OperationId = operation, Actor = "u", Action = action }).State!;
}
