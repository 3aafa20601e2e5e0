using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Sleds;

/// <summary>
/// Empties a sled that is being drained. It keeps nothing: the ids of the migrations that it starts follow from the VMMs they move, so that whoever looks again finds them. A
/// guest that could not move live is stopped and started elsewhere; one that somebody aborted, or that is tied to the sled, is left to the operator.
/// </summary>
/// <param name="ports">What it reaches.</param>
public sealed class DrainGrain(GrainPorts ports) : IDrainGrain, IEntityGrain
{
    /// <summary>What its keys start with; the sled's key follows.</summary>
    public const string Prefix = "drain-";

    const string Actor = "drain";

    /// <inheritdoc/>
    public bool IsSettled => true;

    SledId Sled => SledId.Make(ports.Key[Prefix.Length..]);

    /// <summary>The key of a sled's drain.</summary>
    /// <param name="sled">The sled.</param>
    public static string KeyOf(SledId sled) => Prefix + sled.Value;

    /// <inheritdoc/>
    public Task ActivateAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task TickAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<Reply<DrainView>> GetAsync() => await LookAsync((_, _) => Task.CompletedTask);

    /// <inheritdoc/>
    public async Task NudgeAsync()
    {
        var started = 0;
        await LookAsync(async (item, view) =>
        {
            if (item.State == DrainNeed.Move && started++ < ports.Options.MigrationsPerSled)
                await MoveAsync(view, item);
            else if (item.State == DrainNeed.Restart)
                await RestartAsync(view);
            else if (item.State == DrainNeed.StopMoving)
                await ports.Grains.Get<IMigrationGrain>(item.Migration!.Value.Value).AbortAsync(new() { Actor = Actor, Reason = $"{Sled} is not drained any more" });
        });
    }

    async Task<Reply<DrainView>> LookAsync(Func<DrainStep, InstanceView, Task> act)
    {
        var answer = await ports.Grains.Get<ISledGrain>(Sled.Value).GetAsync();
        if (answer.Value is not { } sled)
            return answer.Refusal!;
        var items = new List<DrainItem>();
        foreach (var reservation in sled.Reservations)
        {
            try
            {
                if ((await ports.Grains.Get<IInstanceGrain>(reservation.Instance.Value).GetAsync()).Value is not { } view)
                    continue;
                var step = DrainRules.Next(sled, view, await LastAsync(view));
                items.Add(new() { Instance = view.Id, Incarnation = reservation.Incarnation, Migration = step.Migration, Blocked = step.State == DrainNeed.Operator, Reason = step.Reason });
                await act(step, view);
            }
            catch (GrainCallException e)
            {
                HostLog.TickFailed(ports.Log, ports.Key, e);
            }
        }
        return new DrainView { Sled = Sled, Active = sled.Policy == SledPolicy.Draining, Remaining = new(items) };
    }

    async Task<MigrationView?> LastAsync(InstanceView view) =>
        (await ports.Grains.Get<IMigrationGrain>((view.Migration ?? DrainRules.MigrationOf(view)).Value).GetAsync()).Value;

    Task<Reply<MigrationView>> MoveAsync(InstanceView view, DrainStep step) => ports.Grains.Get<IMigrationGrain>(step.Migration!.Value.Value).StartAsync(new()
    {
        OperationId = step.Migration.Value.Value,
        Actor = Actor,
        Instance = view.Id,
        Reason = $"{Sled} is being drained",
    });

    Task<Reply<InstanceView>> RestartAsync(InstanceView view) => ports.Grains.Get<IInstanceGrain>(view.Id.Value).CommandAsync(new()
    {
        OperationId = $"drain/{Sled}/{view.Incarnation}",
        Actor = Actor,
        Action = InstanceAction.Relocate,
        Reason = $"{Sled} is being drained, and the guest could not move live",
    });
}
