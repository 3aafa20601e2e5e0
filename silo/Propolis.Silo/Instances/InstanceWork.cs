using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;
using Propolis.Silo.Placement;
using Propolis.Silo.Projects;
using Propolis.Silo.Sleds;
using Propolis.Silo.Volumes;

namespace Propolis.Silo.Instances;

/// <summary>
/// Does the steps of an instance's plan: calls others, and gives the state that follows from their answers. Every call may be repeated. A call whose outcome is unknown
/// changes nothing; the step's deadline says when that ends.
/// </summary>
/// <param name="ports">What it reaches.</param>
/// <param name="now">The time.</param>
public sealed class InstanceWork(GrainPorts ports, DateTimeOffset now)
{
    InstanceId Id => InstanceId.Make(ports.Key);

    /// <summary>Does a step.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="step">The step.</param>
    /// <returns>The next state, and when to look again when not at once.</returns>
    public async Task<(InstanceState State, TimeSpan? Again)> DoAsync(InstanceState state, InstanceStep step)
    {
        try
        {
            return step switch
            {
                InstanceStep.Decide decide => (decide.State, null),
                InstanceStep.Charge => ((await ChargeAsync(state)).State, null),
                InstanceStep.Refund => (await RefundAsync(state), null),
                InstanceStep.Place place => await PlaceAsync(state, place.Vmm),
                InstanceStep.Reserve reserve => LookAgain(await ReserveAsync(state, reserve.Vmm)),
                InstanceStep.CheckOut checkOut => await CheckOutAsync(state, checkOut.Vmm),
                InstanceStep.Ensure ensure => (await EnsureAsync(state, ensure.Vmm), null),
                InstanceStep.AskServer ask => (await AskServerAsync(state, ask), null),
                InstanceStep.Stop stop => await StopAsync(state, stop.Vmm),
                InstanceStep.Reset reset => (await ResetAsync(state, reset.Vmm, reset.Order), null),
                InstanceStep.Remove remove => await RemoveAsync(state, remove.Vmm),
                InstanceStep.Release release => (await ReleaseAsync(state, release.Vmm), null),
                InstanceStep.AskMigration ask => (Ask(state, ask), ports.Options.RetryAfter),
                _ => (state, ports.Options.InstanceTick),
            };
        }
        catch (Exception e) when (e is GrainCallException or SledCallException)
        {
            HostLog.TickFailed(ports.Log, ports.Key, e);
            return (state, ports.Options.RetryAfter);
        }
    }

    /// <summary>What is known of the sleds that the instance's VMMs are on.</summary>
    /// <param name="state">The instance.</param>
    public async Task<IReadOnlyDictionary<SledId, SledView>> SledsAsync(InstanceState state)
    {
        var known = new Dictionary<SledId, SledView>();
        foreach (var vmm in state.Leftovers.Append(state.Current).Append(state.Target))
        {
            if (vmm?.Sled is not { } sled || known.ContainsKey(sled))
                continue;
            try
            {
                if ((await ports.Grains.Get<ISledGrain>(sled.Value).GetAsync()).Value is { } view)
                    known.Add(sled, view);
            }
            catch (GrainCallException e)
            {
                HostLog.TickFailed(ports.Log, ports.Key, e);
            }
        }
        return known;
    }

    /// <summary>Asks the project.</summary>
    /// <param name="state">The instance.</param>
    public async Task<(InstanceState State, Refusal? Refusal)> ChargeAsync(InstanceState state)
    {
        var board = state.Template.Spec.Board;
        var answer = await Project(state).ChargeAsync(new()
        {
            Instance = Id,
            Name = state.Template.Name,
            Cpus = state.Resize?.Cpus ?? board.Cpus,
            MemoryMb = state.Resize?.MemoryMb ?? (long)board.MemoryMb,
        });
        return (state.Admission == Admission.Asked ? InstanceRules.Admit(state, answer.Refusal) : InstanceRules.Resize(state, answer.Refusal), answer.Refusal);
    }

    /// <summary>Where a VMM can be.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">The VMM.</param>
    public async Task<PlacementReport> RankAsync(InstanceState state, VmmRecord vmm) => PlacementRules.Rank(await RequestAsync(state, vmm), await ports.Directory.SledsAsync());

    /// <summary>Takes room on a sled.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">For which VMM.</param>
    public async Task<InstanceState> ReserveAsync(InstanceState state, VmmRecord vmm)
    {
        var groups = GroupsOnOneSled(state);
        if (groups.Count > 0 && await SitAsync(state, vmm, groups) is { } elsewhere)
            return VmmRules.NotReserved(state, vmm, elsewhere.Detail);
        var answer = await ports.Grains.Get<ISledGrain>(vmm.Sled!.Value.Value).ReserveAsync(new()
        {
            Instance = Id,
            Incarnation = vmm.Incarnation,
            Cpus = state.Template.Spec.Board.Cpus,
            MemoryMb = (long)state.Template.Spec.Board.MemoryMb,
            Project = state.Template.Project,
            Groups = state.Template.Groups,
        });
        if (answer.Value is { } view)
            ports.Directory.Note(view);
        return answer.Refusal is { } refusal
            ? VmmRules.NotReserved(state, vmm, refusal.Detail)
            : VmmRules.Advance(state, vmm, VmmStep.CheckingOut, now + ports.Options.HandoverLimit);
    }

    // A member of its groups that is being placed elsewhere shows on its sled in a moment: until then any other sled would be tried in vain.
    (InstanceState State, TimeSpan? Again) LookAgain(InstanceState state) =>
        (state, state.Current is { Step: VmmStep.Placing } && GroupsOnOneSled(state).Count > 0 ? ports.Options.RetryAfter : null);

    async Task<Refusal?> SitAsync(InstanceState state, VmmRecord vmm, EquatableList<string> groups) =>
        (await Project(state).SitAsync(new() { Instance = Id, Incarnation = vmm.Incarnation, Sled = vmm.Sled!.Value, Groups = groups })).Refusal;

    static EquatableList<string> GroupsOnOneSled(InstanceState state) =>
        [.. state.Template.Groups.Where(group => group is { Rule: GroupRule.Together, Required: true }).Select(group => group.Name)];

    /// <summary>Checks all volumes out; either all tickets are there, or a reason.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="holder">For which VMM.</param>
    /// <param name="operation">In which attempt.</param>
    /// <param name="reason">Why.</param>
    public async Task<(EquatableList<DiskTicket> Tickets, string? WhyNot)> TicketsAsync(InstanceState state, VolumeHolder holder, string operation, string reason)
    {
        var tickets = new List<DiskTicket>();
        foreach (var attachment in state.Template.Volumes)
        {
            var answer = await ports.Grains.Get<IVolumeGrain>(attachment.Volume.Value).CheckoutAsync(new() { OperationId = operation, Holder = holder, Reason = reason });
            if (answer.Value is not { } ticket)
                return ([], answer.Refusal?.Detail ?? $"{attachment.Volume} did not answer");
            tickets.Add(new() { Backend = attachment.Backend, Volume = attachment.Volume, Readonly = attachment.Readonly, Generation = ticket.Generation, Template = ticket.Template });
        }
        return (new(tickets), null);
    }

    /// <summary>Tells the agent of a VMM to make it.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="vmm">Which.</param>
    /// <param name="source">The migration's source, for its target.</param>
    public async Task<InstanceState> EnsureAsync(InstanceState state, VmmRecord vmm, VmmMigrationSource? source = null)
    {
        var reply = await ports.Agents.EnsureAsync(await AddressAsync(vmm), Id, vmm.Incarnation, new()
        {
            Name = state.Template.Name,
            Project = state.Template.Project,
            Spec = DiskSpecs.With(state.Template, vmm.Tickets),
            Disks = DiskSpecs.Generations(vmm.Tickets),
            Boot = state.Template.Boot,
            Source = source,
        });
        return VmmRules.Ensured(state, vmm, reply, now, ports.Options);
    }

    async Task<InstanceState> RefundAsync(InstanceState state)
    {
        await Project(state).RefundAsync(Id);
        return state with { Admission = Admission.Refunded, Waiting = null };
    }

    async Task<(InstanceState, TimeSpan?)> PlaceAsync(InstanceState state, VmmRecord vmm)
    {
        var (request, sleds) = (await RequestAsync(state, vmm), await ports.Directory.SledsAsync());
        return PlacementRules.Best(request, sleds) is { } best
            ? (VmmRules.Placed(state, vmm, best, now, ports.Options), null)
            : (VmmRules.NotPlaced(state, vmm, PlacementRules.Rank(request, sleds)), ports.Options.PlacementRetry);
    }

    async Task<PlacementRequest> RequestAsync(InstanceState state, VmmRecord vmm)
    {
        var (pin, reason) = await PinAsync(state);
        var avoid = vmm.Refused.AsEnumerable();
        if (state.Left is { } left)
            avoid = avoid.Append(new() { Sled = left, Reason = "is the one it is to leave" });
        var live = vmm.Incarnation == state.Target?.Incarnation && state.Current?.Sled is { } source ? await FitAsync(source) : null;
        if (live is not null)
            avoid = avoid.Append(new() { Sled = state.Current!.Sled!.Value, Reason = "is where it runs" });
        return new()
        {
            Instance = Id,
            Project = state.Template.Project,
            Cpus = state.Template.Spec.Board.Cpus,
            MemoryMb = (long)state.Template.Spec.Board.MemoryMb,
            Groups = state.Template.Groups,
            Pin = pin,
            PinReason = reason,
            Avoid = [.. avoid],
            Live = live,
        };
    }

    async Task<(InstanceState, TimeSpan?)> CheckOutAsync(InstanceState state, VmmRecord vmm)
    {
        var holder = new VolumeHolder { Instance = Id, Incarnation = vmm.Incarnation };
        var (tickets, whyNot) = await TicketsAsync(state, holder, $"{ports.Key}/{vmm.Incarnation}", CheckoutReasons.Start);
        return whyNot is null ? (VmmRules.CheckedOut(state, vmm, tickets, now, ports.Options), null) : (VmmRules.NotCheckedOut(state, whyNot), ports.Options.RetryAfter);
    }

    async Task<(InstanceState, TimeSpan?)> StopAsync(InstanceState state, VmmRecord vmm)
    {
        var reply = await ports.Agents.SetStateAsync(await AddressAsync(vmm), Id, vmm.Incarnation, new() { Requested = VmmRequest.Stop, OperationId = $"{ports.Key}/{vmm.Incarnation}/stop" });
        // Its agent reports the end; asking again is for lost reports.
        return (VmmRules.Hear(state, reply.Status), AgentRules.IsFinal(reply.Status.State) ? null : ports.Options.RetryAfter * 5);
    }

    async Task<InstanceState> ResetAsync(InstanceState state, VmmRecord vmm, PendingReboot order)
    {
        var reply = await ports.Agents.SetStateAsync(await AddressAsync(vmm), Id, vmm.Incarnation, new() { Requested = VmmRequest.Reboot, OperationId = order.OperationId });
        var heard = VmmRules.Hear(state, reply.Status);
        return reply.Outcome == VmmOutcome.Done ? VmmRules.Rebooted(heard) : VmmRules.RebootGivenUp(heard);
    }

    async Task<InstanceState> AskServerAsync(InstanceState state, InstanceStep.AskServer ask) =>
        await ports.Agents.HasGuestAsync(ask.Vmm.ServerAddress!, Id) ? VmmRules.Answered(state, ask.Vmm, now) : SledLossRules.Lose(state, ask.Vmm, ask.Sled, now);

    async Task<(InstanceState, TimeSpan?)> RemoveAsync(InstanceState state, VmmRecord vmm)
    {
        var reply = await ports.Agents.RemoveAsync(await AddressAsync(vmm), Id, vmm.Incarnation);
        return reply.Status.State == VmmState.Absent ? (VmmRules.Removed(state, vmm, now, ports.Options), null) : (state, ports.Options.RetryAfter);
    }

    async Task<InstanceState> ReleaseAsync(InstanceState state, VmmRecord vmm)
    {
        var holder = new VolumeHolder { Instance = Id, Incarnation = vmm.Incarnation };
        foreach (var attachment in state.Template.Volumes)
            await ports.Grains.Get<IVolumeGrain>(attachment.Volume.Value).ReleaseAsync(holder);
        if (vmm.Sled is { } sled)
            await ports.Grains.Get<ISledGrain>(sled.Value).ReleaseAsync(holder);
        if (GroupsOnOneSled(state).Count > 0)
            await Project(state).RiseAsync(holder);
        return VmmRules.Released(state, vmm, now);
    }

    InstanceState Ask(InstanceState state, InstanceStep.AskMigration ask)
    {
        ports.Post(grains => ask.Abort is { } reason
            ? grains.Get<IMigrationGrain>(ask.Migration.Value).AbortAsync(new() { Actor = "reconciler", Reason = reason })
            : grains.Get<IMigrationGrain>(ask.Migration.Value).NudgeAsync());
        return state;
    }

    async Task<(SledId? Pin, string? Reason)> PinAsync(InstanceState state)
    {
        foreach (var attachment in state.Template.Volumes)
        {
            if ((await ports.Grains.Get<IVolumeGrain>(attachment.Volume.Value).GetAsync()).Value?.Template is { Kind: VolumeKind.File, Sled: { } sled } file)
                return (sled, $"is not {sled}, where the file of volume \"{file.Name}\" is");
        }
        return (null, null);
    }

    async Task<LiveFit?> FitAsync(SledId source) =>
        (await ports.Grains.Get<ISledGrain>(source.Value).GetAsync()).Value is { } sled ? new() { Hypervisor = sled.Hypervisor, Cpu = sled.Cpu } : null;

    async Task<string> AddressAsync(VmmRecord vmm) =>
        (await ports.Grains.Get<ISledGrain>(vmm.Sled!.Value.Value).GetAsync()).Value?.Address ?? throw new SledCallException($"there is no sled {vmm.Sled}");

    IProjectGrain Project(InstanceState state) => ports.Grains.Get<IProjectGrain>(ProjectGrain.Prefix + state.Template.Project);
}
