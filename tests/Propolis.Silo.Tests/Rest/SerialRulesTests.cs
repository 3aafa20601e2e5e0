using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Contracts.Agents;
using Propolis.Silo.Rest;

namespace Propolis.Silo.Tests.Rest;

public sealed class SerialRulesTests
{
    static readonly SerialStart First = new(null, 100);

    [Fact]
    public void The_first_join_starts_where_the_reader_asked() => Assert.Equal(First, SerialRules.StartAt(new(), First, 3));

    [Fact]
    public void Joining_the_same_VMM_again_goes_on_at_the_next_byte() =>
        Assert.Equal(new SerialStart(12, null), SerialRules.StartAt(SerialRules.Read(SerialRules.Joined(new(5, null), 3), 7), First, 3));

    [Fact]
    public void Without_an_offset_it_goes_on_with_the_present() => Assert.Equal(SerialStart.Now, SerialRules.StartAt(SerialRules.Joined(First, 3), First, 3));

    [Fact]
    public void Another_VMM_is_read_from_its_start() => Assert.Equal(new SerialStart(0, null), SerialRules.StartAt(SerialRules.Joined(new(5, null), 3), First, 4));

    [Fact]
    public void A_guest_that_moved_is_read_from_where_the_source_ended()
    {
        var told = SerialRules.Told(SerialRules.Joined(First, 3), """{"migrating": {"destination": "127.0.0.1:1", "from_start": 77}}"""u8);
        Assert.Equal(new SerialStart(77, null), SerialRules.StartAt(told, First, 4));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, true)]
    [InlineData(4, false)]
    public void A_guest_that_moved_is_read_on_also_when_its_source_could_not_say_so(long guestSince, bool goesOn) =>
        Assert.Equal(new SerialStart(goesOn ? 12 : 0, null), SerialRules.StartAt(SerialRules.Read(SerialRules.Joined(new(5, null), 3), 7), First, 6, guestSince));

    [Theory]
    [InlineData(6, 3L, true)]
    [InlineData(6, 2L, true)]
    [InlineData(6, 4L, false)]
    [InlineData(6, null, false)]
    [InlineData(3, 3L, false)]
    public void A_guest_has_moved_when_the_VMM_is_another_and_the_guest_is_not(long incarnation, long? guestSince, bool hasMoved) =>
        Assert.Equal(hasMoved, SerialRules.HasMoved(SerialRules.Joined(new(5, null), 3), incarnation, guestSince));

    [Fact]
    public void A_reader_that_comes_for_the_first_time_has_left_no_guest() => Assert.False(SerialRules.HasMoved(new(), 3, 3));

    [Theory]
    [InlineData("{\"typed\": 12}", 12L)]
    [InlineData("{\"typed\": \"12\"}", null)]
    [InlineData("{\"migrating\": {}}", null)]
    [InlineData("typed", null)]
    public void A_frame_tells_how_much_was_taken(string frame, long? typed) => Assert.Equal(typed, SerialRules.Typed(Encoding.UTF8.GetBytes(frame)));

    [Fact]
    public void While_a_target_is_made_ready_the_console_is_the_sources() =>
        Assert.Equal(3, SerialRules.VmmOf(Views.Running("inst-a", "sled-a") with { Incarnation = 4, VmmIncarnation = 3 }));

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[1]")]
    [InlineData("{\"other\": 1}")]
    public void Other_text_changes_nothing(string text)
    {
        var position = SerialRules.Joined(new(5, null), 3);
        Assert.Equal(position, SerialRules.Told(position, Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void A_move_without_an_offset_keeps_the_one_that_is_known() =>
        Assert.Equal(new SerialPosition { Incarnation = 3, Offset = 5, Moving = true }, SerialRules.Told(SerialRules.Joined(new(5, null), 3), """{"Migrating": {}}"""u8));

    [Fact]
    public void Whatever_the_chunks_no_byte_of_one_VMM_is_read_twice_or_missed() => Prop.ForAll(
        ArbMap.Default.ArbFor<PositiveInt[]>(),
        chunks =>
        {
            var (position, seen) = (SerialRules.Joined(new(0, null), 1), 0L);
            foreach (var chunk in chunks)
            {
                position = SerialRules.Read(position, chunk.Get);
                seen += chunk.Get;
                if (SerialRules.StartAt(position, First, 1).FromStart != seen)
                    return false;
                position = SerialRules.Joined(new(seen, null), 1);
            }
            return true;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(VmmState.Running, true)]
    [InlineData(VmmState.Starting, true)]
    [InlineData(VmmState.Creating, false)]
    [InlineData(VmmState.Stopped, false)]
    [InlineData(VmmState.Fenced, false)]
    public void Only_live_VMMs_have_a_console(VmmState state, bool expected) =>
        Assert.Equal(expected, SerialRules.HasConsole(Views.Running("inst-a", "sled-a") with { Vmm = state }));
}
