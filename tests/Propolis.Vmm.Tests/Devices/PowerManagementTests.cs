using FsCheck;
using Propolis.Vmm.Devices.Piix4Pm;
using Propolis.Vmm.Pci;
using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Vmm.Tests.Devices;

public sealed class PowerManagementTests
{
    const ushort Status = 0xb000, Enable = 0xb002, Control = 0xb004, Timer = 0xb008;

    readonly Board _board = new();
    readonly Piix4PowerManagement _pm;

    public PowerManagementTests()
    {
        _pm = Create(_board);
        _pm.Start();
    }

    [Fact]
    public void Timer_counts_at_its_frequency()
    {
        var before = _board.In32(Timer);

        _board.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(35_795_450u, _board.In32(Timer) - before);
    }

    [Fact]
    public async Task Timer_stands_while_paused()
    {
        _board.Time.Advance(TimeSpan.FromSeconds(1));
        await _pm.PauseAsync();

        _board.Time.Advance(TimeSpan.FromHours(3));
        _pm.Resume();

        Assert.Equal(3_579_545u, _board.In32(Timer));
    }

    [Fact]
    public void Registers_also_answer_where_firmware_moves_them()
    {
        _pm.WriteConfig(0x40, [0x01, 0x06, 0, 0]);
        _board.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(_board.In32(Timer), _board.In32(0x608));

        _pm.WriteConfig(0x40, [0x01, 0xb0, 0, 0]);

        Assert.Equal(uint.MaxValue, _board.In32(0x608));
        Assert.Equal(3_579_545u, _board.In32(Timer));
    }

    [Fact]
    public void System_management_mode_is_marked_as_set_up()
    {
        Span<byte> devActB = stackalloc byte[4];

        _pm.ReadConfig(0x58, devActB);

        Assert.Equal(0x02, devActB[3]);
    }

    [Fact]
    public void Timer_of_24_bits_wraps_there()
    {
        var board = new Board();
        var pm = new Piix4PowerManagement(board.Interrupts, board, board.Time, timerBits: 24);
        pm.Attach(board.Ports);
        pm.Start();

        board.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(5u * 3_579_545 - (1 << 24), board.In32(Timer));
    }

    [Fact]
    public void Timer_goes_on_in_the_machine_that_took_its_state()
    {
        _board.Time.Advance(TimeSpan.FromSeconds(2));
        var other = new Board();
        var twin = Create(other);

        Board.Transfer(_pm, twin);
        twin.Resume();
        other.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(3u * 3_579_545, other.In32(Timer));
    }

    [Fact]
    public void Timer_runs_for_a_year_without_overflow()
    {
        _board.Time.Advance(TimeSpan.FromDays(365));

        Assert.Equal(unchecked((uint)(365L * 86_400 * 3_579_545)), _board.In32(Timer));
    }

    [Fact]
    public void Timer_interrupt_comes_when_the_highest_bit_changes()
    {
        _board.Out16(Enable, PmRules.TimerStatus);

        _board.Time.Advance(TimeSpan.FromSeconds((1L << 31) / 3_579_545.0 - 1));
        Assert.False(_board.Level(9));
        _board.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(_board.Level(9));
        _board.Out16(Status, PmRules.TimerStatus);
        Assert.False(_board.Level(9));
    }

    [Fact]
    public void Power_button_raises_SCI_once_enabled_and_clears_by_writing_one()
    {
        Assert.False(_pm.PressPowerButton());
        Assert.False(_board.Level(9));

        _board.Out16(Enable, PmRules.PowerButtonStatus);
        Assert.True(_board.Level(9));
        Assert.True(_pm.PressPowerButton());

        _board.Out8(Status + 1, PmRules.PowerButtonStatus >> 8);
        Assert.False(_board.Level(9));
        Assert.Equal(0, _board.In16(Status) & PmRules.PowerButtonStatus);
    }

    [Theory]
    [InlineData(0x2000, "power off by acpi s5")]
    [InlineData(0x2801, "power off by acpi s5")]
    public void Sleep_types_0_and_2_switch_off(ushort control, string wish)
    {
        _board.Out16(Control, control);

        Assert.Equal([wish], _board.Wishes);
    }

    [Fact]
    public void Sleep_without_the_enable_bit_does_nothing()
    {
        _board.Out16(Control, 0x0001);

        Assert.Empty(_board.Wishes);
        Assert.Equal(0x0001, _board.In16(Control));
    }

    [Fact]
    public void Sleep_states_that_are_not_offered_wake_at_once()
    {
        _board.Out16(Control, 0x2401);

        Assert.Empty(_board.Wishes);
        Assert.Equal(PmRules.WakeStatus, _board.In16(Status) & PmRules.WakeStatus);
    }

    [Fact]
    public void Smi_command_switches_acpi_mode()
    {
        _board.Out8(0xb2, 0xf1);
        Assert.Equal(1, _board.In16(Control) & 1);

        _board.Out8(0xb2, 0xf0);
        Assert.Equal(0, _board.In16(Control) & 1);
    }

    [Fact]
    public void General_purpose_enable_is_the_same_at_both_places()
    {
        _board.Out16(0xafe2, 0x1234);

        Assert.Equal(0x1234, _board.In16(0xb00e));
        Assert.Equal(0, _board.In16(0xafe0));
    }

    [Fact]
    public void Reset_clears_registers_and_timer()
    {
        _board.Out16(Enable, PmRules.PowerButtonStatus);
        _pm.PressPowerButton();
        _board.Time.Advance(TimeSpan.FromSeconds(1));

        _pm.Reset();

        Assert.False(_board.Level(9));
        Assert.Equal(0u, _board.In32(Timer));
        Assert.Equal(0u, _board.In32(Status));
    }

    [Fact]
    public void Any_access_and_snapshot() => RegisterTargets.PowerManagement().QuickCheckThrowOnFailure();

    static Piix4PowerManagement Create(Board board)
    {
        var pm = new Piix4PowerManagement(board.Interrupts, board, board.Time);
        new PciTopology(board.Spaces, link => board.Interrupts.Connect(link)).Add(Piix4PowerManagement.Path, pm);
        pm.Attach(board.Ports);
        return pm;
    }
}
