using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Specs;

namespace Propolis.Agent.Tests.Fakes;

/// <summary>Requests as silos send them.</summary>
static class Requests
{
    /// <summary>An instance.</summary>
    public static readonly InstanceId One = EntityId.Parse<InstanceId>("inst-one");

    /// <summary>A VMM of it.</summary>
    public static VmmKey Key(long incarnation) => new(One, incarnation);

    /// <summary>A small VM that starts with a kernel.</summary>
    public static VmmEnsureRequest Small(string name = "small", params (string Key, Component Component)[] components) => new()
    {
        Name = name,
        Project = "tests",
        Spec = new InstanceSpec
        {
            Board = new Board { Cpus = 1, MemoryMb = 64, Chipset = new I440Fx { EnablePcie = false } },
            Components = new SpecComponents(components.Select(entry => KeyValuePair.Create((SpecKey)entry.Key, entry.Component))),
        },
        Boot = new BootSource { Kernel = "vmlinuz" },
    };

    /// <summary>A disk and its backend.</summary>
    public static (string Key, Component Component) Disk(string key, string backend) =>
        (key, new VirtioDisk { BackendId = backend, PciPath = new PciPath { Bus = 0, Device = 4, Function = 0 } });

    /// <summary>Stops.</summary>
    public static VmmStateRequest Stop { get; } = new() { Requested = VmmRequest.Stop, OperationId = "stop" };

    /// <summary>Resets.</summary>
    public static VmmStateRequest Reboot(string operation) => new() { Requested = VmmRequest.Reboot, OperationId = operation };
}
