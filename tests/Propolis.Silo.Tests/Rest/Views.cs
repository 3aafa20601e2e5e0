using Propolis.Contracts.Agents;
using Propolis.Contracts.Events;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Tests.Rest;

/// <summary>Plain things to show.</summary>
static class Views
{
    static readonly DateTimeOffset Then = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static InstanceTemplate Template(string name) => new()
    {
        Project = "default",
        Name = name,
        Spec = new() { Board = new() { Cpus = 2, MemoryMb = 512, Chipset = new I440Fx { EnablePcie = false } }, Components = new([]) },
    };

    public static InstanceView Instance(string id, InstanceTemplate? template = null) => new()
    {
        Id = InstanceId.Make(id),
        Project = template?.Project ?? "default",
        Name = template?.Name ?? "vm",
        Description = "",
        Phase = InstancePhase.Starting,
        Desired = DesiredState.Running,
        Incarnation = 1,
        Cpus = 2,
        MemoryMb = 512,
        Volumes = [],
        CreatedAt = Then,
        PhaseSince = Then,
        Version = 1,
    };

    public static InstanceView Running(string id, string sled, long incarnation = 1) => Instance(id) with
    {
        Phase = InstancePhase.Running,
        Sled = SledId.Make(sled),
        Vmm = VmmState.Running,
        Incarnation = incarnation,
    };

    public static VolumeView Volume(string id, VolumeTemplate? template = null) => new()
    {
        Id = VolumeId.Make(id),
        Template = template ?? new() { Project = "default", Name = "disk", Kind = VolumeKind.Memory, SizeBytes = 1 << 20 },
        Generation = 2,
        History = [new() { Generation = 2, Holder = new() { Instance = InstanceId.Make("inst-a"), Incarnation = 7 }, OperationId = "op", Reason = "start", At = Then }],
        Deleted = false,
        CreatedAt = Then,
        Version = 1,
    };

    public static VolumeSnapshot Snapshot(string name) => new()
    {
        Id = Guid.Parse("00000000-0000-0000-0000-000000000009"),
        Name = name,
        State = VolumeSnapshotState.Ready,
        CreatedAt = Then,
        OperationId = "op",
        Regions = [Guid.Empty],
    };

    public static SledView Sled(string id, params string[] instances) => new()
    {
        Id = SledId.Make(id),
        Address = "http://127.0.0.1:1",
        Hypervisor = "kvm",
        Serial = "",
        Model = "",
        Policy = SledPolicy.InService,
        Health = SledHealth.Reachable,
        Capacity = new() { Cpus = 8, MemoryMb = 8192 },
        Reserved = new() { Cpus = instances.Length, MemoryMb = instances.Length },
        Reservations = [.. instances.Select(one => new Reservation { Instance = InstanceId.Make(one), Incarnation = 1, Cpus = 1, MemoryMb = 1, Project = "default", Groups = [] })],
        Version = 1,
    };

    public static MigrationView Migration(string id, string instance) => new()
    {
        Id = MigrationId.Make(id),
        Instance = InstanceId.Make(instance),
        Phase = MigrationPhase.Queued,
        Actor = "alice",
        CreatedAt = Then,
        Version = 1,
    };

    public static ProjectView Project(string name) => new()
    {
        Name = name,
        Quota = new() { Instances = 10, Cpus = 20, MemoryMb = 4096 },
        Used = new() { Instances = 1, Cpus = 2, MemoryMb = 512 },
        Version = 1,
    };

    public static ClusterEvent Event(long sequence, string subject = "inst-a") => new()
    {
        Sequence = sequence,
        At = Then,
        Kind = EventKind.Instance,
        Subject = subject,
        Project = "default",
        Type = "created",
        Actor = "alice",
        Reason = "because",
    };
}
