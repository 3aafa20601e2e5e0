using FsCheck;
using FsCheck.Fluent;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Volumes;

namespace Propolis.Silo.Tests.Volumes;

public sealed class VolumeRulesTests
{
    static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    static readonly VolumeTemplate Template = new() { Project = "p", Name = "disk", Kind = VolumeKind.Memory, SizeBytes = 1 << 20 };

    static readonly VolumeState Fresh = VolumeRules.Create(null, new() { OperationId = "create", Actor = "u", Template = Template }, Now).State!;

    [Fact]
    public void Create_repeated_changes_nothing()
    {
        var again = VolumeRules.Create(Fresh, new() { OperationId = "create", Actor = "u", Template = Template }, Now);
        Assert.Same(Fresh, again.State);
    }

    [Fact]
    public void Create_over_another_volume_is_a_conflict() =>
        Assert.Equal(RefusalCode.Conflict, VolumeRules.Create(Fresh, new() { OperationId = "other", Actor = "u", Template = Template }, Now).Refusal!.Code);

    [Fact]
    public void Another_create_with_the_same_operation_is_told() =>
        Assert.Equal(RefusalCode.OperationReused, VolumeRules.Create(Fresh, new() { OperationId = "create", Actor = "u", Template = Template with { SizeBytes = 4096 } }, Now).Refusal!.Code);

    [Theory]
    [InlineData(0, 512, "size_bytes is 0")]
    [InlineData(1000, 512, "multiple of block_size (512)")]
    [InlineData(3000, 1000, "power of two")]
    [InlineData(1 << 20, 1 << 20, "block_size is 1048576")]
    public void Wrong_sizes_are_named(long size, int block, string sentence) =>
        Assert.Contains(sentence, VolumeRules.Fault(Template with { SizeBytes = size, BlockSize = block })!.Detail, StringComparison.Ordinal);

    [Fact]
    public void A_file_needs_its_sled_and_path()
    {
        Assert.NotNull(VolumeRules.Fault(Template with { Kind = VolumeKind.File, Path = "/disk" }));
        Assert.NotNull(VolumeRules.Fault(Template with { Kind = VolumeKind.File, Sled = SledId.Make("sled-1") }));
        Assert.Null(VolumeRules.Fault(Template with { Kind = VolumeKind.File, Sled = SledId.Make("sled-1"), Path = "/disk" }));
        Assert.Null(VolumeRules.Fault(Template with { Kind = VolumeKind.Crucible }));
        Assert.NotNull(VolumeRules.Fault(Template with { Kind = VolumeKind.Crucible, RequestJson = "[]" }));
        Assert.Contains("brings its own key", VolumeRules.Fault(Template with { Kind = VolumeKind.Crucible, RequestJson = "{\"type\":\"region\"}", Encrypted = true })!.Detail, StringComparison.Ordinal);
        Assert.Contains("encrypted is for", VolumeRules.Fault(Template with { Kind = VolumeKind.Memory, Encrypted = true })!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Checkout_repeated_gives_the_same_generation()
    {
        var once = CheckOut(Fresh, "inst-a", 1, "op").State!;
        Assert.Same(once, CheckOut(once, "inst-a", 1, "op").State);
        Assert.Equal(1, once.Generation);
    }

    [Fact]
    public void Checkout_of_another_attempt_gives_the_next_generation()
    {
        var once = CheckOut(Fresh, "inst-a", 1, "op").State!;
        Assert.Equal(2, CheckOut(once, "inst-a", 1, "op2").State!.Generation);
        Assert.Equal(2, CheckOut(once, "inst-a", 2, "op").State!.Generation);
    }

    [Fact]
    public void Checkout_is_refused_to_another_instance_and_to_an_older_VMM()
    {
        var held = CheckOut(Fresh, "inst-a", 2, "op").State!;
        Assert.Equal(RefusalCode.Conflict, CheckOut(held, "inst-b", 9, "op").Refusal!.Code);
        Assert.Equal(RefusalCode.Conflict, CheckOut(held, "inst-a", 1, "op").Refusal!.Code);
    }

    [Fact]
    public void A_rollback_gives_an_older_VMM_of_the_instance_a_newer_generation()
    {
        var held = CheckOut(CheckOut(Fresh, "inst-a", 1, "start").State!, "inst-a", 2, "move").State!;
        var back = CheckOut(held, "inst-a", 1, "back", CheckoutReasons.Rollback).State!;
        Assert.Equal((3, 1), (back.Generation, back.Holder!.Incarnation));
        Assert.Equal(RefusalCode.Conflict, CheckOut(held, "inst-b", 1, "back", CheckoutReasons.Rollback).Refusal!.Code);
    }

    [Fact]
    public void Release_by_another_than_the_holder_changes_nothing()
    {
        var held = CheckOut(Fresh, "inst-a", 2, "op").State!;
        Assert.Same(held, VolumeRules.Release(held, Holder("inst-a", 1)));
        var free = VolumeRules.Release(held, Holder("inst-a", 2));
        Assert.Null(free.Holder);
        Assert.Equal(1, free.Generation);
    }

    [Fact]
    public void Delete_is_refused_while_held_and_final_after()
    {
        var held = CheckOut(Fresh, "inst-a", 1, "op").State!;
        Assert.Equal(RefusalCode.Conflict, VolumeRules.Delete(held, "u").Refusal!.Code);
        var gone = VolumeRules.Delete(Fresh, "u").State!;
        Assert.Same(gone, VolumeRules.Delete(gone, "u").State);
        Assert.Equal(RefusalCode.Gone, CheckOut(gone, "inst-a", 1, "op").Refusal!.Code);
    }

    [Fact]
    public void Whatever_is_asked_in_whatever_order_no_generation_is_given_to_two_attempts()
    {
        var step =
            from kind in Gen.Choose(0, 3)
            from instance in Gen.Choose(0, 1)
            from incarnation in Gen.Choose(1, 4)
            from operation in Gen.Choose(0, 2)
            select (kind, instance, incarnation, operation);
        var steps = Arb.From(Gen.ListOf(step), all => all.Count > 0 ? [all.Take(all.Count / 2).ToList(), all.Skip(1).ToList()] : []);
        Prop.ForAll(steps, all =>
        {
            var state = Fresh;
            var given = new Dictionary<long, (string, string)>();
            foreach (var (kind, instance, incarnation, operation) in all)
            {
                var before = state;
                if (kind == 0)
                    state = VolumeRules.Release(state, Holder($"inst-{instance}", incarnation));
                else if (CheckOut(state, $"inst-{instance}", incarnation, $"op-{operation}", kind == 1 ? CheckoutReasons.Rollback : CheckoutReasons.Start).State is { } next)
                {
                    state = next;
                    var owner = ($"inst-{instance}/{incarnation}", $"op-{operation}");
                    if (given.TryGetValue(state.Generation, out var first) && first != owner)
                        return false;
                    given[state.Generation] = owner;
                }
                if (state.Generation < before.Generation)
                    return false;
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    static VolumeHolder Holder(string instance, long incarnation) => new() { Instance = InstanceId.Make(instance), Incarnation = incarnation };

    static Propolis.Silo.Hosting.Decision<VolumeState> CheckOut(VolumeState state, string instance, long incarnation, string operation, string reason = CheckoutReasons.Start) =>
        VolumeRules.CheckOut(state, new() { OperationId = operation, Holder = Holder(instance, incarnation), Reason = reason }, Now);
}
