using System.Text.Json;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Results;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Specs;
using Propolis.Silo.Events;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Instances;

/// <summary>What an instance answers to users: commands record what is wanted, once each, and the work is done by and by (<see cref="InstancePlan"/>).</summary>
public static class InstanceRules
{
    const int KeptOperations = 64;

    /// <summary>Why a template cannot be used; null when it can.</summary>
    /// <param name="template">The template.</param>
    public static Refusal? Fault(InstanceTemplate template)
    {
        if ((Names.Fault("project", template.Project) ?? Names.Fault("name", template.Name)) is { } fault)
            return fault;
        if (template.Restart is { CooldownSeconds: < 0 } or { MaxRestarts: < 0 } or { WindowSeconds: < 1 })
            return Invalid("restart has a negative number; cooldown_seconds and max_restarts are 0 or more, window_seconds is 1 or more");
        if (template.Volumes.GroupBy(volume => volume.Volume).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return Invalid($"volume {twice.Key} is attached twice");
        if (template.Volumes.FirstOrDefault(volume => template.Spec.Components.ContainsKey(volume.Backend)) is { } taken)
            return Invalid($"backend \"{taken.Backend}\" of volume {taken.Volume} is in the spec already; the control plane puts it there");
        var faults = SpecRules.Faults(DiskSpecs.WithPlaceholders(template)).Concat(template.Boot is { } boot ? BootSourceRules.Faults(boot) : []).ToArray();
        return faults.Length > 0 ? Invalid(string.Join("; ", faults)) : null;
    }

    /// <summary>Makes an instance, or finds that it is made.</summary>
    /// <param name="state">The instance so far.</param>
    /// <param name="request">What to make.</param>
    /// <param name="now">The time.</param>
    public static Decision<InstanceState> Create(InstanceState? state, CreateInstance request, DateTimeOffset now)
    {
        if (state is not null && state.CreatedBy != request.OperationId)
            return Refuse(RefusalCode.Conflict, "there is already an instance with this id");
        if (state is not null)
        {
            return state.Operations.Any(done => done.Id == request.OperationId && done.Content != Content(request.Template))
                ? Refuse(RefusalCode.OperationReused, $"operation {request.OperationId} made another instance before; each needs its own id")
                : state;
        }
        if (Fault(request.Template) is { } fault)
            return fault;
        return new InstanceState
        {
            Template = request.Template,
            CreatedAt = now,
            CreatedBy = request.OperationId,
            Desired = request.Template.Start ? DesiredState.Running : DesiredState.Stopped,
            Operations = [new() { Id = request.OperationId, Content = Content(request.Template) }],
            PhaseSince = now,
        }.Say("created", request.Actor);
    }

    /// <summary>The project has answered.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="refusal">Why it does not take the instance in; null when it does.</param>
    public static InstanceState Admit(InstanceState state, Refusal? refusal) => state.Admission switch
    {
        Admission.Asked when refusal is not null => state with { Admission = Admission.Refused, AdmissionRefusal = refusal, Desired = DesiredState.Deleted, Reason = refusal.Detail },
        Admission.Asked => state with { Admission = Admission.Admitted },
        _ => state,
    };

    /// <summary>Changes what is wanted.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="command">The change.</param>
    public static Decision<InstanceState> Command(InstanceState state, InstanceCommand command)
    {
        if (Repeated(state, command.OperationId, command.Action.ToString()) is { } repeated)
            return repeated;
        var decision = command.Action == InstanceAction.Delete || state.Desired != DesiredState.Deleted
            ? Carry(state, command)
            : Refuse(RefusalCode.Gone, $"instance \"{state.Template.Name}\" is deleted");
        return decision.State is { } next ? Remember(next, command.OperationId, command.Action.ToString()).Say(EventOf(command.Action), command.Actor, command.Reason) : decision;
    }

    /// <summary>Changes what it is; a change of size waits for the project (<see cref="Resize"/>).</summary>
    /// <param name="state">The instance.</param>
    /// <param name="edit">The change.</param>
    public static Decision<InstanceState> Edit(InstanceState state, EditInstance edit)
    {
        var content = JsonSerializer.Serialize(edit, PropolisJson.Options);
        if (Repeated(state, edit.OperationId, content) is { } repeated)
            return repeated;
        if (state.Desired == DesiredState.Deleted)
            return Refuse(RefusalCode.Gone, $"instance \"{state.Template.Name}\" is deleted");
        var resizes = edit.Cpus is not null || edit.MemoryMb is not null;
        if (resizes && (state.Desired != DesiredState.Stopped || state.Current is not null))
            return Refuse(RefusalCode.Conflict, "processors and memory can be changed only while the instance is stopped");
        var resize = new PendingResize { Cpus = edit.Cpus ?? state.Template.Spec.Board.Cpus, MemoryMb = edit.MemoryMb ?? (long)state.Template.Spec.Board.MemoryMb };
        if (resizes && resize is { Cpus: < 1 or > byte.MaxValue } or { MemoryMb: < 1 })
            return Invalid("an instance has 1 to 255 processors and at least 1 MiB of memory");
        var template = state.Template with
        {
            Description = edit.Description ?? state.Template.Description,
            Restart = edit.Restart ?? state.Template.Restart,
            SledLoss = edit.SledLoss ?? state.Template.SledLoss,
        };
        if (Fault(template) is { } fault)
            return fault;
        return Remember(state with { Template = template, Resize = resizes ? resize : state.Resize }, edit.OperationId, content).Say("edited", edit.Actor);
    }

    /// <summary>The project has answered about a change of size.</summary>
    /// <param name="state">The instance.</param>
    /// <param name="refusal">Why it does not admit the change; null when it does.</param>
    public static InstanceState Resize(InstanceState state, Refusal? refusal)
    {
        if (state.Resize is not { } resize)
            return state;
        if (refusal is not null)
            return (state with { Resize = null }).Say("resize-refused", "reconciler", refusal.Detail);
        var board = state.Template.Spec.Board with { Cpus = (byte)resize.Cpus, MemoryMb = (ulong)resize.MemoryMb };
        return state with { Resize = null, Template = state.Template with { Spec = state.Template.Spec with { Board = board } } };
    }

    static Decision<InstanceState> Carry(InstanceState state, InstanceCommand command) => command.Action switch
    {
        InstanceAction.Start => state with { Desired = DesiredState.Running, Failed = false, NotBefore = null, Restarts = [], Reason = null },
        InstanceAction.Stop => state with { Desired = DesiredState.Stopped, Failed = false, NotBefore = null, Relocating = false, Left = null, Reason = command.Reason },
        InstanceAction.Delete => state with { Desired = DesiredState.Deleted, NotBefore = null, Relocating = false, Reason = command.Reason },
        InstanceAction.Reboot => Reboot(state, command),
        InstanceAction.Relocate => Relocate(state),
        _ => Invalid($"there is no action {command.Action}"),
    };

    static Decision<InstanceState> Reboot(InstanceState state, InstanceCommand command) => state is { Desired: DesiredState.Running, Current.Step: VmmStep.Live }
        ? state with { Reboot = new() { OperationId = command.OperationId, Incarnation = state.Current.Incarnation, Deadline = DateTimeOffset.MaxValue } }
        : Refuse(RefusalCode.Conflict, "only a running instance can be rebooted");

    static Decision<InstanceState> Relocate(InstanceState state)
    {
        if (state is not { Desired: DesiredState.Running, Current: { Step: VmmStep.Live, Sled: { } sled } })
            return Refuse(RefusalCode.Conflict, "only a running instance can be relocated");
        if (DiskSpecs.Pin(state.Current.Tickets) is { } pinned)
            return Refuse(RefusalCode.Conflict, pinned.Reason);
        return state.Migration is not null
            ? Refuse(RefusalCode.Conflict, $"{state.Migration} moves the instance already")
            : state with { Relocating = true, Left = sled };
    }

    static Decision<InstanceState>? Repeated(InstanceState state, string operation, string content)
    {
        if (state.Operations.FirstOrDefault(done => done.Id == operation) is not { } done)
            return null;
        return done.Content == content ? state : Refuse(RefusalCode.OperationReused, $"operation {operation} was another command before; each command needs its own id");
    }

    static InstanceState Remember(InstanceState state, string operation, string content) =>
        state with { Operations = new(state.Operations.TakeLast(KeptOperations - 1).Append(new() { Id = operation, Content = content })) };

    static string Content(InstanceTemplate template) => $"create {Storage.EntityCodec.Checksum(JsonSerializer.Serialize(template, PropolisJson.Options)):x}";

    static string EventOf(InstanceAction action) => $"{action.ToString().ToLowerInvariant()}-requested";

    static Refusal Invalid(string detail) => Refuse(RefusalCode.Invalid, detail);

    static Refusal Refuse(RefusalCode code, string detail) => new() { Code = code, Detail = detail };
}
