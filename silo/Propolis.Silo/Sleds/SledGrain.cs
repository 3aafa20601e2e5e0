using System.Text.Json;
using Propolis.Contracts.Events;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Results;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Sleds;

/// <summary>The shell of a sled's rules. It hears heartbeats, which are not written, and tells instances when the sled falls silent or comes back.</summary>
/// <param name="ports">What it reaches.</param>
/// <param name="state">Its state.</param>
public sealed class SledGrain(GrainPorts ports, IEntityState<SledState> state) : EntityGrain<SledState>(ports, state), ISledGrain
{
    DateTimeOffset? _lastHeard;
    DateTimeOffset _listeningSince;
    DateTimeOffset _lastLook;
    SledHealth _health;

    /// <inheritdoc/>
    public override bool IsSettled => State is null or { Policy: SledPolicy.Expunged };

    /// <inheritdoc/>
    public override async Task ActivateAsync()
    {
        _listeningSince = _lastLook = Now;
        await base.ActivateAsync();
        Note();
        LookAgain();
    }

    /// <inheritdoc/>
    public override async Task TickAsync()
    {
        await base.TickAsync();
        if (State is not null)
            await LookAsync();
        LookAgain();
    }

    /// <inheritdoc/>
    public async Task<Reply<SledView>> RegisterAsync(SledRegistration registration)
    {
        var decision = SledRules.Register(State, registration);
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!);
        await HearAsync();
        LookAgain();
        return View(State!);
    }

    /// <inheritdoc/>
    public async Task<HeartbeatReply> HeartbeatAsync(SledHeartbeat heartbeat)
    {
        if (State is null || State.Registration.AgentEpoch != heartbeat.AgentEpoch || State.Policy == SledPolicy.Expunged)
            return new() { Register = true, Expected = [] };
        await HearAsync();
        return new() { Register = false, Expected = State.Reservations };
    }

    /// <inheritdoc/>
    public async Task<Reply<SledView>> ReserveAsync(Reservation reservation)
    {
        if (State is null)
            return NotFound<SledView>("sled");
        return await DecideAsync(SledRules.Reserve(State, reservation));
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(VolumeHolder holder)
    {
        if (State is null)
            return;
        await CommitAsync(SledRules.Release(State, holder));
        Note();
    }

    /// <inheritdoc/>
    public async Task<Reply<SledView>> SetPolicyAsync(SledPolicyCommand command)
    {
        if (State is null)
            return NotFound<SledView>("sled");
        var before = State.Policy;
        var answer = await DecideAsync(SledRules.SetPolicy(State, command));
        if (State!.Policy != before)
        {
            TellInstances();
            TellDrain();
        }
        return answer;
    }

    /// <inheritdoc/>
    public Task<Reply<SledView>> GetAsync() => Task.FromResult(State is null ? NotFound<SledView>("sled") : View(State));

    /// <inheritdoc/>
    protected override IndexEntry Describe(SledState state) => new()
    {
        Kind = EventKind.Sled,
        Key = Ports.Key,
        Version = state.Version,
        Name = Ports.Key,
        Sled = Ports.Key,
        Phase = JsonNamingPolicy.SnakeCaseLower.ConvertName(state.Policy.ToString()),
        Wake = true,
        View = JsonSerializer.Serialize(View(state), PropolisJson.Options),
    };

    async Task<Reply<SledView>> DecideAsync(Decision<SledState> decision)
    {
        if (decision.Refusal is { } refusal)
            return refusal;
        await CommitAsync(decision.State!);
        Note();
        return View(State!);
    }

    async Task HearAsync()
    {
        var isNews = _lastHeard is null;
        _lastHeard = Now;
        Note();
        if (_health == SledHealth.Unreachable)
            await ChangeHealthAsync(SledHealth.Reachable);
        else if (isNews)
            await PublishAsync();
    }

    async Task LookAsync()
    {
        _listeningSince = SilenceRules.ListeningSince(_listeningSince, _lastLook, Now, Ports.Options.SledTick);
        _lastLook = Now;
        if (_health == SledHealth.Reachable && SilenceRules.IsUnreachable(_lastHeard, _listeningSince, Now, Ports.Options.SledSilence))
            await ChangeHealthAsync(SledHealth.Unreachable);
        if (State!.Policy == SledPolicy.Draining)
            TellDrain();
    }

    async Task ChangeHealthAsync(SledHealth health)
    {
        _health = health;
        Note();
        TellInstances();
        await PublishAsync();
    }

    void LookAgain()
    {
        if (!IsSettled)
            Ports.Wake(Ports.Options.SledTick);
    }

    void Note()
    {
        if (State is not null)
            Ports.Directory.Note(View(State));
    }

    void TellInstances()
    {
        foreach (var instance in State!.Reservations.Select(one => one.Instance).Distinct())
            Ports.Post(grains => grains.Get<IInstanceGrain>(instance.Value).NudgeAsync());
    }

    void TellDrain() => Ports.Post(grains => grains.Get<IDrainGrain>(DrainGrain.KeyOf(SledId.Make(Ports.Key))).NudgeAsync());

    SledView View(SledState state) => new()
    {
        Id = SledId.Make(Ports.Key),
        Address = state.Registration.Address,
        Hypervisor = state.Registration.Hypervisor,
        Serial = state.Registration.Serial,
        Model = state.Registration.Model,
        Cpu = state.Registration.Cpu,
        Policy = state.Policy,
        Health = _health,
        LastHeard = _lastHeard,
        Capacity = state.Registration.Capacity,
        Reserved = SledRules.Reserved(state),
        Reservations = state.Reservations,
        Version = state.Version,
    };
}
