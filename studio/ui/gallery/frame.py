"""The gallery's parts and where they stand; what they do is in `gallery_view`."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from studio.library.gallery.index.search import Sort
from studio.ui.gallery.arranged import LARGEST, SMALLEST
from studio.ui.gallery.grid import Grid
from studio.ui.gallery.info import InfoPanel
from studio.ui.gallery.model import PictureModel
from studio.ui.gallery.search_bar import Facets, FilterMenu, SearchBar
from studio.ui.gallery.side_bar import SideBar
from studio.ui.gallery.viewer import Viewer
from studio.ui.icons import icon
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.notice import Notices
from studio.ui.widgets.slider import Slider
from studio.ui.widgets.tool import GAP, label, tool_button

SORTS = {
    Sort.NEWEST: "Newest first",
    Sort.OLDEST: "Oldest first",
    Sort.RATING: "Best rated first",
    Sort.LARGEST: "Largest first",
    Sort.NAME: "By name",
}
ROOMY, NARROW = 1180, 880  # pixels of the whole
ALIKE = "Most alike first"


class GalleryFrame(QWidget):
    """Places at the left, the search above, pictures in the middle, the panel at the right."""

    def __init__(self, model: PictureModel, viewer: Viewer, facets: Facets, cell: int) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self._narrow = False
        self.grid = Grid(model)
        self.grid.cell = cell
        self.viewer = viewer
        self.side = SideBar()
        self.search = SearchBar(facets)
        self.info = InfoPanel()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.grid)
        self.pages.addWidget(self.viewer)
        self.count = label("", "small")
        self.progress = QPushButton()
        self.progress.setProperty("role", "link")
        self.progress.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.empty = QPushButton("Empty the trash")
        self.empty.setToolTip("Moves the files to the system's trash")
        self.empty.hide()
        self.sort = Choice()
        for sort, title in SORTS.items():
            self.sort.addItem(title, sort)
        self.sort.setAccessibleName("Order")
        self.sort.setFixedWidth(150)
        self.size_slider = Slider()
        self.size_slider.setRange(SMALLEST, LARGEST)
        self.size_slider.setValue(cell)
        self.size_slider.setFixedWidth(110)
        self.size_slider.setAccessibleName("Size of the pictures")
        self.size_slider.setToolTip("Size of the pictures, also with Ctrl and the wheel")
        self.filter = _filter(FilterMenu(self.search, facets))
        self.keep = tool_button("sparkles", "Keep this search as a smart collection", None, 18)
        self.keep.setEnabled(False)
        self.about = tool_button("panel-right", "Show how pictures were made", None, 18)
        self.about.setCheckable(True)
        self.about.setChecked(True)
        self._lay_out()
        self.notices = Notices(self, self.pages)
        self.setFocusProxy(self.grid)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window pictures come first: the slider goes, and the panel at the right until asked for."""
        super().resizeEvent(event)
        self.size_slider.setVisible(self.width() >= ROOMY)
        narrow = self.width() < NARROW
        if narrow != self._narrow:
            self._narrow = narrow
            self.about.setChecked(not narrow)

    def show_alike(self, on: bool) -> None:
        """Whether the order is by likeness, which only a picture can ask for."""
        place = self.sort.findText(ALIKE)
        if on and place < 0:
            self.sort.addItem(ALIKE)
            self.sort.setCurrentIndex(self.sort.count() - 1)
        elif not on and place >= 0:
            self.sort.removeItem(place)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(GAP)
        bar.addWidget(self.search, 1)
        for widget in (self.keep, self.filter, self.sort, self.size_slider, self.about):
            bar.addWidget(widget)
        foot = QHBoxLayout()
        foot.setContentsMargins(18, 4, 18, 6)
        foot.addWidget(self.count)
        foot.addStretch(1)
        foot.addWidget(self.progress)
        foot.addWidget(self.empty)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addLayout(bar)
        middle.addWidget(self.pages, 1)
        middle.addLayout(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(_padded(self.side))
        row.addLayout(middle, 1)
        row.addWidget(self.info)


def _padded(widget: QWidget) -> QWidget:
    """With room around it; scroll areas take none for themselves."""
    box = QWidget()
    box.setProperty("role", "panel")
    inner = QVBoxLayout(box)
    inner.setContentsMargins(6, 8, 6, 8)
    inner.addWidget(widget)
    return box


def _filter(menu: FilterMenu) -> QToolButton:
    button = QToolButton()
    button.setText(" Filter")
    button.setIcon(icon("sliders-horizontal"))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setIconSize(QSize(18, 18))
    button.setToolTip("Filters by click: each becomes a word of the search")
    button.setMenu(menu)
    menu.setParent(button, menu.windowFlags())
    return button
