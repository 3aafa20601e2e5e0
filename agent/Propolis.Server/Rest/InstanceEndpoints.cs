using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Propolis.Contracts.Server;
using Propolis.Server.Instances;
using Propolis.Server.Machines;
using Propolis.Server.Migrations;
using Propolis.Vmm.Machine;

namespace Propolis.Server.Rest;

/// <summary>
/// The VM itself: <c>/instance</c>, its spec, state and state monitor, and the NMI. Beyond the original: the power button, which asks the guest to switch itself off and switches it off when it has
/// not after a while, and how the VM ended.
/// </summary>
static class InstanceEndpoints
{
    const int DefaultPowerButtonSeconds = 60;
    const int MaxPowerButtonSeconds = 3600;

    /// <summary>Adds them.</summary>
    public static void MapInstance(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/instance", Ensure).WithName("instance_ensure");
        routes.MapGet("/instance", Get).WithName("instance_get");
        routes.MapGet("/instance/spec", GetSpec).WithName("instance_spec_get");
        routes.MapPut("/instance/state", PutState).WithName("instance_state_put");
        routes.MapGet("/instance/state-monitor", MonitorAsync).WithName("instance_state_monitor");
        routes.MapPost("/instance/nmi", InjectNmi).WithName("instance_issue_nmi");
        routes.MapPost("/instance/power-button", PressPowerButton).WithName("instance_press_power_button");
        routes.MapGet("/instance/outcome", GetOutcome).WithName("instance_outcome_get");
    }

    static Created<InstanceEnsureResponse> Ensure([FromBody] InstanceEnsureRequest request, InstanceSlot slot, ConfiguredDevices devices, MigrationTargets targets)
    {
        switch (request.Init)
        {
            case SpecInitialization init:
                slot.Ensure(request.Properties, devices.AddTo(init.Spec));
                return TypedResults.Created("/instance", new InstanceEnsureResponse());
            case MigrationTargetInitialization init:
                targets.Fetch(request.Properties, init);
                return TypedResults.Created("/instance", new InstanceEnsureResponse { Migrate = new InstanceMigrateInitiateResponse { MigrationId = init.MigrationId } });
            default:
                throw new InvalidOperationException("a VM comes from a spec or from another server");
        }
    }

    static InstanceGetResponse Get(InstanceSlot slot) =>
        new() { Instance = new Instance { Properties = slot.Current.Properties, State = slot.Current.States.Current.State } };

    static InstanceSpecGetResponse GetSpec(InstanceSlot slot)
    {
        var instance = slot.Current;
        return new InstanceSpecGetResponse { Properties = instance.Properties, State = instance.States.Current.State, Spec = instance.Spec is { } spec ? new PresentSpec { Spec = spec } : new WaitingForMigrationSource() };
    }

    static NoContent PutState([FromBody] InstanceStateRequested requested, InstanceSlot slot)
    {
        slot.ForChange.Request(new MachineRequest(InstanceStateRules.RequestOf(requested)));
        return TypedResults.NoContent();
    }

    static async Task<InstanceStateMonitorResponse> MonitorAsync([FromBody] InstanceStateMonitorRequest request, InstanceSlot slot, StoppingToken stopping, CancellationToken aborted)
    {
        using var stop = stopping.Or(aborted);
        return await slot.Current.States.WaitAsync(request.Gen, stop.Token);
    }

    static ContentHttpResult InjectNmi(InstanceSlot slot)
    {
        slot.Current.InjectNmi();
        return Answers.Null;
    }

    static NoContent PressPowerButton(InstanceSlot slot, [FromQuery(Name = "timeout_seconds")] int? timeoutSeconds)
    {
        var seconds = timeoutSeconds ?? DefaultPowerButtonSeconds;
        if (seconds is < 1 or > MaxPowerButtonSeconds) throw new ServerException(HttpStatusCode.BadRequest, $"timeout_seconds is {seconds}; 1 to {MaxPowerButtonSeconds} are possible.");
        slot.ForChange.Request(new MachineRequest(MachineRequestKind.GracefulStop) { Limit = TimeSpan.FromSeconds(seconds) });
        return TypedResults.NoContent();
    }

    static InstanceOutcomeResponse GetOutcome(InstanceSlot slot) => new() { Outcome = slot.Current.Outcome is { } outcome ? InstanceStateRules.Of(outcome) : null };
}
