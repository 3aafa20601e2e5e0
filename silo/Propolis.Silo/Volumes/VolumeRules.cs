using Propolis.Contracts.Results;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Events;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Volumes;

/// <summary>What a volume decides. The one promise: a generation is given to one attempt of one VMM, and they only rise.</summary>
public static class VolumeRules
{
    const int KeptCheckouts = 32;
    const int SmallestBlock = 512;
    const int LargestBlock = 65536;

    /// <summary>Why a template cannot be used; null when it can.</summary>
    /// <param name="template">The template.</param>
    public static Refusal? Fault(VolumeTemplate template) => template switch
    {
        { BlockSize: < SmallestBlock or > LargestBlock } => Invalid($"block_size is {template.BlockSize}; it must be a power of two from {SmallestBlock} to {LargestBlock}"),
        _ when (template.BlockSize & (template.BlockSize - 1)) != 0 => Invalid($"block_size is {template.BlockSize}; it must be a power of two from {SmallestBlock} to {LargestBlock}"),
        { SizeBytes: <= 0 } => Invalid($"size_bytes is {template.SizeBytes}; it must be more than 0"),
        _ when template.SizeBytes % template.BlockSize != 0 => Invalid($"size_bytes is {template.SizeBytes}; it must be a multiple of block_size ({template.BlockSize})"),
        { Kind: VolumeKind.File, Path: null or "" } => Invalid("a volume of kind file needs a path"),
        { Kind: VolumeKind.File, Sled: null } => Invalid("a volume of kind file needs the sled that the file is on"),
        { Encrypted: true } when !RegionRules.IsPlaced(template) => Invalid("encrypted is for volumes of kind crucible whose regions the cluster places; a request_json brings its own key"),
        { Kind: VolumeKind.Crucible, RequestJson: { } request } when VolumeRequestRules.Fault(request) is { } wrong => wrong,
        _ when RegionRules.IsPlaced(template) && RegionRules.Fault(template) is { } misfit => misfit,
        _ => Names.Fault("project", template.Project) ?? Names.Fault("name", template.Name),
    };

    /// <summary>Makes a volume, or finds that it is made.</summary>
    /// <param name="state">The volume so far.</param>
    /// <param name="request">What to make.</param>
    /// <param name="now">The time.</param>
    public static Decision<VolumeState> Create(VolumeState? state, CreateVolume request, DateTimeOffset now)
    {
        if (state is not null && state.CreatedBy != request.OperationId)
            return Refuse(RefusalCode.Conflict, "there is already a volume with this id");
        if (state is not null)
        {
            return state.Template.Equals(request.Template)
                ? state
                : Refuse(RefusalCode.OperationReused, $"operation {request.OperationId} made another volume before; each needs its own id");
        }
        return Fault(request.Template) is { } fault
            ? fault
            : new VolumeState { Template = request.Template, CreatedBy = request.OperationId, CreatedAt = now }.Say("created", request.Actor);
    }

    /// <summary>Gives a new encrypted volume its key; one that has a key keeps it for ever.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="key">A key that nobody else has.</param>
    public static VolumeState WithKey(VolumeState state, Func<string> key) =>
        state is { Template.Encrypted: true, EncryptionKey: null } ? state with { EncryptionKey = key() } : state;

    /// <summary>Gives out the next generation.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="request">Who asks and why.</param>
    /// <param name="now">The time.</param>
    public static Decision<VolumeState> CheckOut(VolumeState state, CheckoutRequest request, DateTimeOffset now)
    {
        if (state.Deleted)
            return Refuse(RefusalCode.Gone, $"volume \"{state.Template.Name}\" is deleted");
        if (Repeated(state, request))
            return state;
        if (state.Holder is { } holder && holder.Instance != request.Holder.Instance)
            return Refuse(RefusalCode.Conflict, $"volume \"{state.Template.Name}\" is attached to {holder.Instance}");
        if (state.Holder is { } newer && newer.Incarnation > request.Holder.Incarnation && request.Reason != CheckoutReasons.Rollback)
            return Refuse(RefusalCode.Conflict, $"volume \"{state.Template.Name}\" was opened for incarnation {newer.Incarnation}; {request.Holder.Incarnation} is older");
        if (RegionRules.IsPlaced(state.Template) && RegionRules.Serving(state).Count < RegionRules.Count)
            return Refuse(RefusalCode.Conflict, $"volume \"{state.Template.Name}\" is still being made on {string.Join(", ", RegionRules.ToMake(state).Select(region => region.Sled))}");
        var checkout = new Checkout { Generation = state.Generation + 1, Holder = request.Holder, OperationId = request.OperationId, Reason = request.Reason, At = now };
        return (state with { Generation = checkout.Generation, Holder = request.Holder, History = new(state.History.TakeLast(KeptCheckouts - 1).Append(checkout)) })
            .Say("checked-out", "reconciler", $"generation {checkout.Generation} for {request.Holder.Instance} incarnation {request.Holder.Incarnation}: {request.Reason}");
    }

    /// <summary>Frees the volume of a VMM that is gone.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="holder">Who held it.</param>
    public static VolumeState Release(VolumeState state, VolumeHolder holder) => holder.Equals(state.Holder) ? state with { Holder = null } : state;

    /// <summary>Forgets the volume.</summary>
    /// <param name="state">The volume.</param>
    /// <param name="actor">Who asks.</param>
    public static Decision<VolumeState> Delete(VolumeState state, string actor) => state switch
    {
        { Deleted: true } => state,
        { Holder: { } holder } => Refuse(RefusalCode.Conflict, $"volume \"{state.Template.Name}\" is attached to {holder.Instance}; stop the instance first"),
        _ when state.Snapshots.Any(one => one.State == VolumeSnapshotState.Ready) =>
            Refuse(RefusalCode.Conflict, $"volume \"{state.Template.Name}\" has snapshots, which would be lost with it; delete them first"),
        _ => (RegionRules.Leave(state) with { Deleted = true }).Say("deleted", actor),
    };

    static bool Repeated(VolumeState state, CheckoutRequest request) =>
        state.History is [.., { } last] && last.OperationId == request.OperationId && last.Holder.Equals(request.Holder) && request.Holder.Equals(state.Holder);

    static Refusal Invalid(string detail) => Refuse(RefusalCode.Invalid, detail);

    static Refusal Refuse(RefusalCode code, string detail) => new() { Code = code, Detail = detail };
}
