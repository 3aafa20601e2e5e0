using Propolis.Agent.Reports;
using Propolis.Agent.Storage;
using Propolis.Agent.Vmms;
using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Sleds;

namespace Propolis.Agent.Sleds;

/// <summary>Registers the sled and sends heartbeats, for as long as the agent lives; silence of silos changes nothing here.</summary>
/// <param name="grains">Reaches silos.</param>
/// <param name="registration">Who the sled is.</param>
/// <param name="vmms">Its VMMs.</param>
/// <param name="reports">Tells silos.</param>
/// <param name="sequences">Numbers what is said.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">Numbers for operators.</param>
/// <param name="log">The log.</param>
sealed class SledAgent(
    IGrains grains, Func<SledRegistration> registration, SledVmms vmms, ReportQueue reports, SequenceSource sequences, TimeProvider time, AgentMetrics metrics, ILogger<SledAgent> log) : BackgroundService
{
    static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(30);
    static readonly TimeSpan SilentPause = TimeSpan.FromSeconds(1);

    bool _isRegistered;
    bool _wasHeard = true;

    /// <summary>Whether a silo answered the last call.</summary>
    public bool IsHeard => Volatile.Read(ref _wasHeard) && Volatile.Read(ref _isRegistered);

    ISledGrain Sled => grains.Get<ISledGrain>(registration().Sled.Value);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
            await Task.Delay(await StepAsync(), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // The pause until the next step.
    async Task<TimeSpan> StepAsync()
    {
        try
        {
            if (!_isRegistered && !await RegisterAsync())
                return RefusedPause;
            await BeatAsync();
            if (!_wasHeard)
                SledLog.HeardAgain(log);
            Volatile.Write(ref _wasHeard, true);
            return _isRegistered ? AgentRoutes.HeartbeatInterval : TimeSpan.Zero;
        }
        catch (GrainCallException failure)
        {
            metrics.SiloFailed();
            if (_wasHeard)
                SledLog.NotHeard(log, failure.Message);
            Volatile.Write(ref _wasHeard, false);
            return SilentPause;
        }
        catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
        {
            // A heartbeat that goes wrong here must not end the agent, nor stay the last one.
            SledLog.Broke(log, unexpected);
            return SilentPause;
        }
    }

    async Task<bool> RegisterAsync()
    {
        var reply = await Sled.RegisterAsync(registration());
        if (reply.Refusal is { } refusal)
            SledLog.Refused(log, refusal.Detail);
        else
            SledLog.Registered(log, registration().Sled.Value, sequences.Epoch);
        Volatile.Write(ref _isRegistered, reply.Refusal is null);
        return _isRegistered;
    }

    async Task BeatAsync()
    {
        var heartbeat = new SledHeartbeat { AgentEpoch = sequences.Epoch, Vmms = new EquatableList<VmmStatus>(vmms.All()) };
        var reply = await Sled.HeartbeatAsync(heartbeat);
        Volatile.Write(ref _isRegistered, !reply.Register);
        foreach (var key in HeartbeatRules.Missing(heartbeat, reply).Concat(HeartbeatRules.Orphans(heartbeat, reply)))
            reports.Add((await vmms.GetAsync(key)).Status);
    }
}
