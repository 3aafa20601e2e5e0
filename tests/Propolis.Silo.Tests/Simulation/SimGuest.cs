using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Migrations;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>What goes on inside a VM's process: booting, sending its guest, taking one over. Between any two steps the process may be killed.</summary>
sealed class SimGuest(SimWorld world, SimVmm vmm)
{
    static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(400);

    public async Task BootAsync()
    {
        await world.PauseAsync(1500);
        vmm.Set(VmmState.Starting);
        await world.PauseAsync(1500);
        if (vmm.IsDead || vmm.State != VmmState.Starting)
            return;
        if (!OpenDisks(vmm.Request))
            return;
        vmm.GuestRuns = true;
        vmm.Set(VmmState.Running);
        world.History.Started(vmm);
    }

    public async Task WaitForSourceAsync()
    {
        await world.PauseAsync(1000);
        vmm.MigrationAddress = $"{vmm.Agent.Sled.Value}/{vmm.Instance}/{vmm.Incarnation}";
        vmm.Set(VmmState.Migrating);
    }

    /// <summary>Sends the guest.</summary>
    public async Task SendAsync(VmmMigrateRequest order)
    {
        vmm.Set(VmmState.Migrating);
        for (var pass = 1; pass <= 4; pass++)
        {
            await world.PauseAsync(4000);
            if (vmm.IsDead || vmm.IsFinal)
                return;
            if (vmm.StopSending || Target(order) is null)
            {
                vmm.Set(VmmState.Running);
                _ = world.Start(() => ReportAsync(order, vmm.StopSending ? "stopped" : "the connection broke"));
                return;
            }
            var now = pass;
            _ = world.Start(() => ReportAsync(order, null, now));
        }
        world.History.Note($"guest pauses: {vmm}");
        vmm.GuestRuns = false;
        vmm.Open.Clear();
        await world.PauseAsync(300);
        var readiness = await HandOverAsync(order);
        await DecideAsync(order, readiness);
    }

    async Task<TargetReadiness> HandOverAsync(VmmMigrateRequest order)
    {
        if (Target(order) is not { } target || world.Happens(world.Faults.RequestLost))
            return TargetReadiness.Unknown;
        if (world.Happens(world.Faults.RequestLost))
        {
            target.Set(VmmState.Failed, "simulated: state not taken");
            return TargetReadiness.Refused;
        }
        _ = world.Start(() => new SimGuest(world, target).TakeOverAsync(order));
        await world.PauseAsync(100);
        return world.Happens(world.Faults.ReplyLost) ? TargetReadiness.Unknown : TargetReadiness.Ready;
    }

    async Task DecideAsync(VmmMigrateRequest order, TargetReadiness readiness)
    {
        var answer = await AskAsync(order, MigrationSide.Source, readiness);
        if (vmm.IsDead || vmm.IsFinal)
            return;
        if (answer.Verdict == MigrationVerdict.Commit)
        {
            vmm.Set(VmmState.Stopped, "its guest has moved");
            return;
        }
        foreach (var disk in answer.Disks.Count > 0 ? answer.Disks : vmm.Request.Disks)
        {
            if (!Opens(disk))
                return;
        }
        vmm.GuestRuns = true;
        vmm.Set(VmmState.Running);
        world.History.Returned(vmm);
    }

    async Task TakeOverAsync(VmmMigrateRequest order)
    {
        await world.PauseAsync(200);
        // Before it says that it is ready: should the guest stay, its source comes back with newer generations.
        if (vmm.IsDead || vmm.IsFinal || !OpenDisks(vmm.Request))
            return;
        var answer = await AskAsync(order, MigrationSide.Target, TargetReadiness.Ready);
        if (vmm.IsDead || vmm.IsFinal)
            return;
        if (answer.Verdict == MigrationVerdict.Abort)
        {
            vmm.Open.Clear();
            vmm.Set(VmmState.Stopped, "the guest stayed");
            return;
        }
        if (!vmm.Request.Disks.All(Holds))
            return;
        vmm.GuestRuns = true;
        vmm.MigrationAddress = null;
        vmm.Set(VmmState.Running);
        world.History.Moved(vmm);
        var arrived = new MigrationReport { Side = MigrationSide.Target, Incarnation = vmm.Incarnation, Progress = new() { Step = "moved", DowntimeMs = 300, TotalMs = 3000 } };
        _ = world.Start(() => TellAsync(order, arrived));
    }

    async Task<MigrationAnswer> AskAsync(VmmMigrateRequest order, MigrationSide side, TargetReadiness readiness)
    {
        while (!vmm.IsDead && !vmm.IsFinal)
        {
            try
            {
                if (vmm.Agent.Answers)
                {
                    var question = new MigrationQuestion { Side = side, Incarnation = vmm.Incarnation, Target = readiness, Reason = "simulated" };
                    var answer = await world.Network.CallAsync<IMigrationGrain, MigrationAnswer>(order.Migration.Value, migration => migration.AskAsync(question));
                    if (vmm.Agent.Answers && answer.Verdict != MigrationVerdict.Undecided)
                        return answer;
                }
            }
            catch (GrainCallException)
            {
            }
            await world.Time.Delay(AskAgain);
        }
        return new() { Verdict = MigrationVerdict.Undecided };
    }

    Task ReportAsync(VmmMigrateRequest order, string? failure, int pass = 0) => TellAsync(order, new()
    {
        Side = MigrationSide.Source,
        Incarnation = vmm.Incarnation,
        Failure = failure,
        Progress = failure is null ? new() { Step = "pre-copy", Pass = pass, BytesSent = pass * 1000 } : null,
    });

    // Said once: an agent that is cut off, or not heard, costs its words.
    async Task TellAsync(VmmMigrateRequest order, MigrationReport report)
    {
        try
        {
            if (vmm.Agent.Answers)
                await world.Network.CallAsync<IMigrationGrain, int>(order.Migration.Value, async migration =>
                {
                    await migration.ReportAsync(report);
                    return 0;
                });
        }
        catch (GrainCallException)
        {
        }
    }

    SimVmm? Target(VmmMigrateRequest order) => vmm.Agent.IsCutOff ? null : world.Agents.Values
        .Where(agent => !agent.IsCutOff)
        .SelectMany(agent => agent.Processes)
        .FirstOrDefault(other => other.MigrationAddress == order.TargetAddress && other.Request.Source?.Incarnation == vmm.Incarnation && !other.IsFinal);

    bool OpenDisks(VmmEnsureRequest request) => request.Disks.All(Opens);

    bool Opens(DiskGeneration disk)
    {
        if (!world.History.Opens(vmm, disk))
            return Fence(disk);
        vmm.Open.Add(disk);
        return true;
    }

    bool Holds(DiskGeneration disk) => world.History.MayWrite(disk) || Fence(disk);

    bool Fence(DiskGeneration disk)
    {
        vmm.Set(VmmState.Fenced, $"generation {disk.Generation} of {disk.Volume} is displaced");
        return false;
    }
}
