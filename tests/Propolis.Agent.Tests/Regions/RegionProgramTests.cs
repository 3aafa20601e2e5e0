using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Agent.Processes;
using Propolis.Agent.Regions;
using Propolis.Agent.Storage;
using Propolis.Agent.Tests.Fakes;
using Propolis.Agent.Tests.Processes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;

namespace Propolis.Agent.Tests.Regions;

/// <summary>The real crucible-downstairs under an agent.</summary>
public sealed class RegionProgramTests : IDisposable
{
    static readonly Guid Region = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000002");
    static readonly RegionEnsureRequest Request = new() { Volume = VolumeId.Make("vol-a"), BlockSize = 512, BlocksPerExtent = 64, ExtentCount = 4 };

    readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_region_is_served_survives_a_kill_and_the_agents_end_and_is_removed()
    {
        var first = NewAgent();
        var reply = await first.EnsureAsync(Region, Request);
        await RunsAsync(first);
        var record = new RegionStore(_folder.Path).Load().Single();
        await Until.TrueAsync(() => HostPorts.AnswersAsync(IPAddress.Loopback, record.RepairPort, CancellationToken.None), () => "no repair port");

        HostProcess.OfStranger(record.Process!, "x", TimeProvider.System).Kill();
        await Until.TrueAsync(() => new RegionStore(_folder.Path).Load().Single().Process is { } now && now != record.Process, () => $"{first.Get(Region)}");
        await RunsAsync(first);

        await first.DisposeAsync();
        await using var next = NewAgent();
        await RunsAsync(next);
        Assert.Equal(reply.Status.Address, next.Get(Region).Status.Address);
        Assert.Equal(RegionState.Absent, (await next.RemoveAsync(Region)).Status.State);
        Assert.False(await HostPorts.AnswersAsync(IPAddress.Loopback, record.DataPort, CancellationToken.None));
    }

    SledRegions NewAgent()
    {
        var programs = new RegionPrograms(AgentProgram.Program("crucible-downstairs"), IPAddress.Loopback, new PortRange(23000, 23999), TimeProvider.System);
        var regions = new SledRegions(new RegionStore(_folder.Path), programs, port => $"127.0.0.1:{port}", TimeProvider.System, NullLogger<SledRegions>.Instance);
        regions.Adopt();
        return regions;
    }

    static Task RunsAsync(SledRegions regions) => Until.TrueAsync(() => regions.Get(Region).Status.State == RegionState.Running, () => $"{regions.Get(Region)}");
}
